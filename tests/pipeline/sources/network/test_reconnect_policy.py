from __future__ import annotations

import pytest

from pipeline.errors import SourceError
from pipeline.sources.network.reconnect_policy import ReconnectPolicy

AWAY = SourceError("source.broke", "nobody answers")


def test_pauses_double_to_a_quarter_of_a_minute_and_begin_anew_after_a_frame() -> None:
    policy = ReconnectPolicy()
    pauses = [policy.pause_s(AWAY) for _ in range(8)]
    assert pauses == [0.5, 1, 2, 4, 8, 15, 15, 15]
    policy.came()
    assert policy.pause_s(AWAY) == 0.5


def test_a_camera_whose_frames_just_end_is_away_too() -> None:
    assert ReconnectPolicy().pause_s(None) == 0.5


@pytest.mark.parametrize(
    ("error", "has_end", "was_there"),
    [
        (None, True, True),  # a recording that was shown
        (AWAY, True, True),  # one that broke: it would begin anew
        (AWAY, False, False),  # a wrong address
        (OSError("the disk is full"), False, True),
    ],
)
def test_what_another_attempt_does_not_mend_is_not_tried_again(
    error: Exception | None, has_end: bool, was_there: bool
) -> None:
    assert ReconnectPolicy().pause_s(error, has_end=has_end, was_there=was_there) is None
