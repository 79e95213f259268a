"""Late masks, simulated: which are there when, and how well they fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bodies import somebody, standing
from truths import labels_of, picture_of, write_plain

from mirror.cli.main import main
from mirror.core.parsing import Parsing
from mirror.evaluation.overlay.footage import Clip, Footage, open_footage
from mirror.evaluation.overlay.scores import landmark_error
from mirror.evaluation.overlay.simulation import (
    Setting,
    moments,
    share_made_up,
    simulate,
)
from mirror.evaluation.overlay.ways import Moment
from mirror.evaluation.truth import BadDataSet, Truth
from mirror.propagation.bones import body_unit
from mirror.propagation.motion_history import MotionHistory
from pipeline.frame import Frame

TIMES = [number / 10 for number in range(10)]


def test_one_worker_begins_the_next_frame_when_the_last_one_is_done() -> None:
    found = list(moments(TIMES, Setting(0.3, None, 0.1)))
    assert [(one.now, one.key) for one in found] == [
        (3, 0), (4, 0), (5, 0), (6, 3), (7, 3), (8, 3), (9, 6),
    ]  # fmt: skip
    assert all(one.seen == one.now - 1 for one in found)


def test_with_workers_enough_every_mask_is_as_old_as_the_delay() -> None:
    found = list(moments(TIMES, Setting(0.3, 0.0, 0.0)))
    assert [one.now - one.key for one in found] == [3] * 7


def test_a_parser_that_carries_its_own_masks_has_seen_no_other_frame() -> None:
    assert list(moments(TIMES, Setting(0.5, 0.2, 0.5), is_alone=True))[-1] == Moment(9, 4, 4)


def test_a_delay_longer_than_the_clip_shows_nothing() -> None:
    assert list(moments(TIMES, Setting(3.0, None, 0.0))) == []


@pytest.mark.parametrize(
    ("stale", "found", "best", "share"),
    [(0.2, 0.6, 1.0, 0.5), (0.2, 0.1, 0.4, -0.5), (0.9, 0.9, 0.9, None), (None, 0.1, 0.2, None)],
)
def test_what_was_made_up_is_a_share_of_what_was_missing(
    stale: float | None, found: float, best: float, share: float | None
) -> None:
    assert share_made_up(stale, found, best) == (None if share is None else pytest.approx(share))


def test_landmarks_are_off_by_body_units_and_only_of_who_is_in_both() -> None:
    body = standing()
    moved = standing(right=body_unit(body[:, :2]) / 4)
    assert landmark_error({1: body, 2: body}, {1: moved}) == pytest.approx(0.25)
    assert landmark_error({1: body}, {}) is None


def clip_of(boxes: list[tuple[int, int, int, int]]) -> Clip:
    """A bright box that moves, parsed without a fault by a parser that is its own carrier."""
    frames, parsed, motion = [], [], MotionHistory()
    for number, box in enumerate(boxes):
        labels = labels_of(box)
        frame = Frame.from_bgr(picture_of(labels * 9), number / 10)
        frame.sequence = number
        motion.see(frame)
        frames.append(frame)
        y0, x0, y1, x1 = box
        parsed.append(Parsing(labels, labels.copy(), (somebody(standing(), (x0, y0, x1, y1)),)))
    truths = tuple(Truth(parsing.labels) for parsing in parsed)
    footage = Footage("made", tuple(frames), truths, single=True)
    return Clip(footage, tuple(parsed), tuple(parsed), True, motion, 2)


def test_a_held_mask_is_worse_by_what_the_body_moved_and_the_oracle_is_right() -> None:
    clip = clip_of([(10, 10 + 2 * number, 50, 30 + 2 * number) for number in range(8)])
    (outcome,) = simulate(clip, [Setting(0.2, 0.0, 0.2)], quiet=True)
    held, oracle = outcome.figures["hold"], outcome.figures["oracle"]
    assert held["j"] == pytest.approx(16 / 24)  # two frames late: 4 of 20 columns each side
    assert oracle["j"] == oracle["f"] == oracle["parts"] == 1.0
    assert held["frames"] == 6
    assert outcome.made_up is not None
    json.dumps(outcome.as_json())


def test_the_command_writes_tables_json_and_a_plot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    labels = [labels_of((10, 20 + number, 50, 40 + number)) for number in range(5)]
    data = write_plain(
        tmp_path / "made",
        [picture_of(one) for one in labels],
        [{"persons": one} for one in labels],
        clip=True,
        single=True,
    )
    out, plot = tmp_path / "e.json", tmp_path / "e.png"
    arguments = ["eval", "overlay", str(data), "--parser", "truths:bright", "--delays", "42,84"]
    assert main([*arguments, "--json", str(out), "--plot", str(plot)]) == 0
    outcomes = json.loads(out.read_text())["outcomes"]
    assert [round(one["delay_s"] * 1e3) for one in outcomes] == [42, 84]
    assert outcomes[0]["figures"]["oracle"]["j"] == 1.0
    assert outcomes[0]["figures"]["hold"]["j"] < 1.0
    assert "made: person J" in capsys.readouterr().out
    assert plot.stat().st_size > 0


def test_single_pictures_and_strange_delays_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = labels_of((10, 20, 50, 40))
    data = write_plain(tmp_path / "made", [picture_of(labels)], [{"persons": labels}])
    with pytest.raises(BadDataSet, match="is no clip"):
        open_footage(data, None)
    with pytest.raises(SystemExit):
        main(["eval", "overlay", str(data), "--delays", "-1"])
    assert "milliseconds from 0" in capsys.readouterr().err


def test_large_pictures_are_shrunk_with_their_truth(tmp_path: Path) -> None:
    labels = np.zeros((960, 1280), np.uint8)
    labels[200:800, 300:600] = 1
    data = write_plain(
        tmp_path / "made", [picture_of(labels)], [{"persons": labels}], clip=True, single=True
    )
    (footage,) = open_footage(data, None)
    assert (footage.frames[0].height, footage.frames[0].width) == (480, 640)
    assert footage.truths[0].persons.shape == (480, 640)
