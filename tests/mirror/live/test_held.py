"""A film that is paused, stepped and searched: who is seen in the picture that is held."""

import math
from pathlib import Path
from typing import Any

import av
import cv2
import pytest
from clip import images
from doubles import FakeClock

from mirror.core.parsing import Parsing
from mirror.live.sources.media_player import Player
from mirror.parsers.builtin import BuiltIn
from pipeline.frame import Frame


@pytest.fixture(scope="module")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of a man and, small behind him, a bystander."""
    path = tmp_path_factory.mktemp("held") / "two.mp4"
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 540, 660, "yuv420p"
        stream.options = {"crf": "12", "preset": "ultrafast", "g": "5"}
        for image in images()[:30]:
            small = cv2.resize(image, (540, 960), interpolation=cv2.INTER_AREA)
            picture = av.VideoFrame.from_ndarray(small[120:780].copy(), format="bgr24")
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


class Watching:
    """Somebody who looks at a film, as the window does: searches go on beside the frames."""

    def __init__(self, player: Player) -> None:
        kind = BuiltIn()
        self._frames = iter(player)
        self.prepare, self.settle = kind.make_prepare(live=True), kind.make_settle()
        self._parse = kind.make_parse(2)

    def see(self) -> Parsing:
        frame: Frame = next(self._frames)
        plan = self.prepare(frame)
        return self.settle(frame, plan, self._parse(frame, plan))


def numbers(parsing: Parsing) -> list[int]:
    return sorted(person.id for person in parsing.people)


def test_everybody_in_a_film_that_is_paused_is_seen_at_once_and_keeps_their_number(
    two_people: Path, clock: FakeClock
) -> None:
    player = Player(two_people, paused=True, clock=clock)
    watching = Watching(player)
    try:
        assert numbers(watching.see()) == [1, 2]
        for step in (1, 1, -1):
            clock.now += 4.0  # somebody looks at it
            player.step(step)
            assert numbers(watching.see()) == [1, 2]
        clock.now += 9.0
        player.seek(0.5)
        assert numbers(watching.see()) == [1, 2]
    finally:
        watching.prepare.close()
        player.close()


def test_somebody_found_while_a_film_is_paused_was_overlooked_while_it_played(
    two_people: Path, clock: FakeClock
) -> None:
    player = Player(two_people, clock=clock, speed=math.inf)
    watching = Watching(player)
    try:
        watching.see()
        player.pause()
        assert numbers(watching.see()) == [1, 2]
    finally:
        watching.prepare.close()
        player.close()
