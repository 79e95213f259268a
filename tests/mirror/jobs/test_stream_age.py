"""How old a frame of a live stream may be before it is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest
from streaming import y4m

from mirror.cli.main import main
from mirror.jobs.streams import stream_setup


class Prepared(Exception):  # it is no error
    """Stands for the run: all before it was done."""


# standard input's descriptor is not the run's to close
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("flags", "max_age_s"),
    [
        (("--live",), 0.5),  # what the help says
        (("--max-age", "2"), 2.0),
        (("--live", "--max-age", "0.1"), 0.1),
        ((), None),  # nothing is ever left out
    ],
)
def test_frames_of_live_streams_may_be_half_a_second_old(
    flags: tuple[str, ...],
    max_age_s: float | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float | None] = []

    def run(*arguments: Any, **_: object) -> NoReturn:  # noqa: ANN401
        asked.append(arguments[5])
        raise Prepared

    monkeypatch.setattr(stream_setup, "StreamRun", run)
    given = tmp_path / "in.y4m"
    given.write_bytes(y4m(2))
    out = str(tmp_path / "out.y4m")
    with given.open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(Prepared):
            main(["stream", "--parser", "none", "--out", out, *flags, "--debug"])
    assert asked == [max_age_s]
