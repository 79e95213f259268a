from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from m2fp_golden import CASES, check_result, checkpoint, golden

from mirror.api import modelscope_parser, parsings, picture_parser
from mirror.core.settings import ConfigError
from mirror.parsers.custom import ParserNotUsable
from mirror.parsers.m2fp.checkpoint import download
from pipeline.errors import PipelineError
from pipeline.frame import BGR


def pictures(count: int) -> Iterator[BGR]:
    memory = np.zeros((4, 6, 3), np.uint8)
    for number in range(count):
        memory[:] = number  # as a camera does that is given the same memory each time
        yield memory


def test_parsings_come_in_order_with_their_own_pictures() -> None:
    with parsings(pictures(20), "none", workers=3) as results:
        found = [(result.frame.bgr[0, 0, 0], result.frame.time) for result in results]
    assert [number for number, _ in found] == list(range(20))
    assert [time for _, time in found] == pytest.approx([number / 30 for number in range(20)])


def test_a_loop_may_stop_early() -> None:
    coming = pictures(1000)
    with parsings(coming, "none") as results:
        for result in results:
            if result.ticket == 3:
                break
    assert next(coming, None) is not None  # the rest was not read


def test_pictures_of_a_live_camera_have_the_times_of_their_capture() -> None:
    with parsings(pictures(1), "none", fps=None) as results:
        (result,) = results
    assert result.frame.pts is None


def test_one_picture_takes_no_thread() -> None:
    before = threading.active_count()
    parse = picture_parser("none")
    parsing = parse(next(pictures(1)))
    assert parsing.labels.shape == (4, 6)
    assert threading.active_count() == before


def test_a_parser_that_is_not_there_is_named() -> None:
    with pytest.raises(ParserNotUsable, match="did you mean built-in"):
        parsings([], "builtin")


def test_what_is_asked_of_a_parser_reaches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    for name in ("torch", "PIL", "threadpoolctl"):
        pytest.importorskip(name, reason="needs pip install smart-mirror[m2fp]")
    download.copy_from("m2fp", checkpoint("multiple"), tmp_path)
    with pytest.raises(PipelineError, match="onnxruntime runs on the CPU here"):
        picture_parser("m2fp", runtime="onnxruntime", device="cuda")
    with pytest.raises(PipelineError, match="onnxruntime runs on the CPU here"):
        parsings([], "m2fp", runtime="onnxruntime", device="cuda")


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(ConfigError, match="input_size is auto, or HxW"):
        picture_parser("none", input_size="10x10")
    with pytest.raises(ConfigError, match=r"no key of \[parser\] is called inputsize"):
        parsings([], "none", inputsize="64x64")  # type: ignore[call-arg]


@pytest.mark.parametrize("count", [0, -1])
def test_a_number_of_workers_or_threads_that_cannot_be_is_said(count: int) -> None:
    with pytest.raises(ConfigError, match="workers is a whole number from 1 to "):
        parsings([], "none", workers=count)
    with pytest.raises(ConfigError, match="threads is a whole number from 1 to "):
        parsings([], "none", threads=count)
    with pytest.raises(ConfigError, match="threads is a whole number from 1 to "):
        picture_parser("none", threads=count)


def models() -> int:
    kinds = ("InferenceSession", "Detector", "Flow", "Prepare")
    return sum(type(thing).__qualname__ in kinds for thing in gc.get_objects())


def test_parsings_in_a_loop_leave_no_model_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        before = models()
        with parsings(pictures(2)) as results:
            assert len(list(results)) == 2
            assert models() > before
        del results
        assert models() == before
    finally:
        gc.enable()


@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_a_program_gets_what_modelscopes_pipeline_gives(
    kind: str, picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    for package in ("torch", "PIL", "threadpoolctl"):
        pytest.importorskip(package, reason="needs pip install smart-mirror[m2fp]")
    name = "m2fp" if kind == "multiple" else "m2fp-single"
    download.copy_from(name, checkpoint(kind), tmp_path)
    parse = modelscope_parser(name, threads=1, sides=(160, 320))
    case = golden(kind, picture)
    check_result(parse(case.image), case, nearly=2e-3, overlap=0.98)


@pytest.mark.parametrize("fps", [0, -1, 0.0001, 1e9, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused_before_anything_is_read(fps: float) -> None:
    with pytest.raises(ConfigError, match=r"fps is a number from 0\.001 to 1000, or None, got "):
        parsings([], "none", fps=fps)


@pytest.mark.parametrize("count", [0, -1, 10_000])
@pytest.mark.parametrize("what", ["workers", "threads"])
def test_a_count_that_cannot_be_is_refused_before_anything_is_read(what: str, count: int) -> None:
    with pytest.raises(ConfigError, match=f"{what} is a whole number from 1 to .*, got {count}"):
        parsings([], "none", **{what: count})  # type: ignore[arg-type]
