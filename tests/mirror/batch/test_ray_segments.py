"""Long recordings in segments on Ray itself, on this machine, with workers killed in earnest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clip
import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")
pytest.importorskip("ray", reason="needs pip install smart-mirror[ray]")

from batches import SAME_BYTES, contents, job, run

from mirror.batch.batch_job import BatchJob
from mirror.batch.clips import Clip
from mirror.batch.cluster.clip_actor import MARK, Duty
from mirror.batch.cluster.connection import connected
from mirror.batch.cluster.segment_run import SegmentRun
from mirror.batch.records import ClipRecord
from mirror.batch.stores import LocalStore
from mirror.core.settings import load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # a cluster takes ten seconds to begin

FRAMES = 40


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    with connected("local") as found:
        yield found


@pytest.fixture
def film(tmp_path: Path) -> Path:
    clip.write_film(tmp_path / "man.mp4", (clip.man(height=160))[:FRAMES])
    return tmp_path / "man.mp4"


def segmented(ray: Any, batch: BatchJob, film: Path, frames: int) -> ClipRecord:  # noqa: ANN401
    """Parse a film in segments of so many frames; it is not parsed in one piece."""
    root = LocalStore(Path(batch.output))
    root.write(MARK, b"here")
    duty = Duty(batch.model_dump_json(), root.root, "here", batch.fingerprint(), 1, 1)
    with SegmentRun(ray, duty, frames / 30, 2, 0.5) as segments:
        outcome = segments.outcome(Clip(str(film), film.name), lambda _: None)
    assert outcome is not None
    assert isinstance(outcome.result, ClipRecord), outcome.result
    return outcome.result


def test_a_film_cut_in_eight_comes_to_the_same(ray: Any, film: Path, tmp_path: Path) -> None:  # noqa: ANN401
    settings = load(flags={"parser.quality": "fast", **SAME_BYTES})
    write = ("video", "results", "masks", "instances")
    batch = job(film, output=tmp_path / "cut", settings=settings, write=write, coach="auto")
    assert segmented(ray, batch, film, FRAMES // 8).frames == FRAMES
    run(batch.changed(output=str(tmp_path / "whole")))
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.parametrize("who", ["worker", "scout", "join"])
def test_nothing_is_lost_or_twice_when_one_of_them_is_killed(
    who: str,
    ray: Any,  # noqa: ANN401
    film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed = SegmentRun._parsed
    killed: list[Any] = []

    def killing(self: SegmentRun, reference: Any, worker: Any, *more: Any) -> Any:  # noqa: ANN401
        """Kill one when the first segment is there: it is at the next by then."""
        if not killed:
            others = (self._scout, self._join, worker.handle)
            one = next(actor for actor in self._actors if actor not in others)
            killed.append({"scout": self._scout, "join": self._join, "worker": one}[who])
            ray.kill(killed[0])
        return parsed(self, reference, worker, *more)

    monkeypatch.setattr(SegmentRun, "_parsed", killing)
    batch = job(film, output=tmp_path / "cut")
    record = segmented(ray, batch, film, 8)
    assert killed
    assert record.attempts == (1 if who == "worker" else 2)
    run(batch.changed(output=str(tmp_path / "whole")))
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
