from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from m2fp_golden import CASES, checkpoint, golden

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
pytest.importorskip("threadpoolctl", reason="needs threadpoolctl: pip install smart-mirror[m2fp]")
if not torch.cuda.is_available():
    pytest.skip("needs a CUDA device and a build of torch with CUDA", allow_module_level=True)

from mirror.core.settings import load
from mirror.parsers.catalogue import find_parser
from mirror.parsers.m2fp.checkpoint import download
from mirror.parsers.m2fp.checkpoint.loading import load_checkpoint
from mirror.parsers.m2fp.network.model import PLAIN
from mirror.parsers.m2fp.preprocessing import fitted
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput
from mirror.parsers.m2fp.runtimes import Run, run_torch
from pipeline.frame import Frame


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    download.copy_from("m2fp", checkpoint("multiple"), tmp_path)
    download.copy_from("m2fp-single", checkpoint("single"), tmp_path)


@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_half_precision_gives_nearly_the_answer_of_the_processor(kind: str, picture: str) -> None:
    given = fitted(golden(kind, picture).image, 160, 160)
    answers = []
    for device in ("cpu", "cuda"):
        network = load_checkpoint(checkpoint(kind), f"m2fp{'-single' * (kind == 'single')}").network
        network.make_fast(PLAIN)
        answers.append(run_torch(network, 1, device)(given.pixels))
    on_cpu, on_cuda = answers
    assert abs(on_cpu.logits - on_cuda.logits).max() < 0.1 * max(1, abs(on_cpu.logits).max())
    assert ((on_cpu.masks > 0) == (on_cuda.masks > 0)).mean() > 0.98


def on_cuda() -> Run:
    network = load_checkpoint(checkpoint("multiple")).network
    network.make_fast(PLAIN)
    return run_torch(network, 1, "cuda")


def test_a_recording_answers_as_the_network_does_for_each_picture() -> None:
    first, second = (
        fitted(golden("multiple", name).image, 160, 160).pixels
        for name in ("landscape", "portrait")
    )
    run = on_cuda()
    plain = run(first)  # from the second of a size on, what runs was recorded
    np.testing.assert_allclose(run(second).logits, on_cuda()(second).logits, atol=2e-2)
    np.testing.assert_allclose(run(first).logits, plain.logits, atol=2e-2)
    other = fitted(golden("multiple", "portrait").image, 192, 128).pixels
    for _ in range(3):
        assert run(other).masks.shape[1:] == (48, 32)
    np.testing.assert_allclose(run(first).logits, plain.logits, atol=2e-2)


def test_workers_record_side_by_side() -> None:
    pixels = fitted(golden("multiple", "landscape").image, 160, 160).pixels
    plain = on_cuda()(pixels)

    def work(_: int) -> list[NetworkOutput]:
        run = on_cuda()
        return [run(pixels) for _ in range(20)]

    with ThreadPoolExecutor(4) as workers:
        for outputs in workers.map(work, range(4)):
            for output in outputs:
                np.testing.assert_allclose(output.logits, plain.logits, atol=2e-2)


@pytest.mark.parametrize("picture", ["landscape", "portrait"])
def test_parts_are_those_of_the_processor(picture: str) -> None:
    given = Frame.from_bgr(golden("multiple", picture).image.copy(), 0.0)
    found = []
    for device in ("cpu", "cuda"):
        flags = {"parser.runtime": "torch", "parser.device": device}
        kind = find_parser("m2fp", load(flags=flags).parser)
        parse = kind.make_parse(threads=1)
        outputs = [parse(given, None) for _ in range(2)]
        found.append([kind.make_settle()(given, None, output) for output in outputs])
    expected = found[0][0]
    for parsing in found[1]:  # run layer by layer, then recorded
        assert (parsing.labels == expected.labels).mean() > 0.98
        assert len(parsing.people) == len(expected.people)
