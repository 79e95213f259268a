"""The window's session with a parser that takes seconds: a mirror all the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from bodies import HEIGHT, RATE, WIDTH, frame_of, going_right, picture_of, slow_labels
from doubles import HandFed, until
from slow_parsers import Fast, Slow

from mirror.core.settings import ParserConfig
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.render_thread import RenderedFrame
from mirror.live.readout import rows
from mirror.live.session.live_session import Session
from mirror.live.sources.source_choice import CameraChoice
from pipeline.frame import Frame

CONFIG = ParserConfig(workers=1, threads=1)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def camera() -> HandFed:
    return HandFed()


@pytest.fixture
def session(slow: Slow, camera: HandFed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr("mirror.live.session.session_parser.find_parser", lambda *_: slow)
    monkeypatch.setattr("mirror.jobs.carried_parser.find_parser", lambda *_: Fast())
    session = Session(
        CameraChoice(0),
        CONFIG,
        DisplayOptions(mirrored=False),
        (HEIGHT, WIDTH),
        open_source=lambda _: camera,
        carries=True,
    )
    session.start()
    yield session
    slow.may_answer.release(1000)
    session.close()
    assert session.join(5.0)


def shown(session: Session, camera: HandFed, number: int) -> RenderedFrame:
    """The picture of a frame that the camera delivers now, with a mask."""
    frame = frame_of(picture_of(going_right(number)), number)
    frame.sequence = None
    camera.feed(frame)
    found: list[RenderedFrame] = []

    def has_come() -> bool:
        rendered = session.take()
        if (
            rendered is not None
            and is_of(rendered.pair.frame, number)
            and rendered.pair.result is not None
        ):
            session.painted(rendered)
            found.append(rendered)
        return bool(found)

    until(has_come)
    return found[0]


def is_of(frame: Frame, number: int) -> bool:
    return round(frame.captured_at * RATE) == number


def overlap(rendered: RenderedFrame, number: int) -> float:
    assert rendered.pair.result is not None
    labels, true = rendered.pair.result.parsing.labels, slow_labels(going_right(number))
    return np.count_nonzero((labels == true) & (true > 0)) / np.count_nonzero((labels + true) > 0)


def test_every_picture_comes_while_a_parse_goes_on_and_has_masks_on_the_body_after_it(
    session: Session, slow: Slow, camera: HandFed
) -> None:
    shown(session, camera, 0)
    until(lambda: slow.began == [0])
    for number in range(1, 15):
        shown(session, camera, number)
    assert slow.began == [0]  # the parser is still at the first of them
    slow.may_answer.release()
    until(lambda: len(slow.began) == 2)
    rendered = shown(session, camera, 15)
    assert overlap(rendered, 15) > 0.8
    assert overlap(rendered, 0) < 0.5
    counts = session.figures().carried
    assert counts is not None
    assert (counts.frames, counts.carried, counts.parsed) == (16, 1, 1)
    told = dict(rows(session.figures(), (1, "asked"), 2, lambda text: text))
    assert told["Masks carried"] == "1 / 16"


def test_a_parser_that_fails_leaves_the_picture_and_says_so(
    session: Session, slow: Slow, camera: HandFed
) -> None:
    slow.failure = ValueError("no")
    slow.may_answer.release(1000)
    for number in range(200):
        shown(session, camera, number)
        if session.status.phase == "unparsed":
            break
    assert session.status.phase == "unparsed"
    rendered = shown(session, camera, 300)
    assert rendered.pair.result is not None
    assert not rendered.pair.result.parsing.labels.any()
