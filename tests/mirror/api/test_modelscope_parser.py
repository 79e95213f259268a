from __future__ import annotations

from pathlib import Path

import pytest
from m2fp_golden import CASES, check_result, checkpoint, golden

import mirror
from mirror.parsers.m2fp.checkpoint import download


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    for package in ("torch", "PIL", "threadpoolctl"):
        pytest.importorskip(package, reason="needs pip install smart-mirror[m2fp]")
    return tmp_path


@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_a_program_gets_what_modelscopes_pipeline_gives(
    kind: str, picture: str, cache: Path
) -> None:
    name = "m2fp" if kind == "multiple" else "m2fp-single"
    download.copy_from(name, checkpoint(kind), cache)
    parse = mirror.modelscope_parser(name, threads=1, sides=(160, 320))
    case = golden(kind, picture)
    check_result(parse(case.image), case, nearly=2e-3, overlap=0.98)


def test_what_is_asked_of_a_parser_reaches_it(cache: Path) -> None:
    download.copy_from("m2fp", checkpoint("multiple"), cache)
    with pytest.raises(mirror.PipelineError, match="onnxruntime runs on the CPU here"):
        mirror.Parser("m2fp", runtime="onnxruntime", device="cuda")
    with pytest.raises(mirror.PipelineError, match="onnxruntime runs on the CPU here"):
        mirror.open_video([], "m2fp", runtime="onnxruntime", device="cuda")
