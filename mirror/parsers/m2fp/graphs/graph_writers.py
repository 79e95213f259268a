"""A network written to a file that a runtime opens, in 32 bits or with a backbone of 8."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mirror.parsers.m2fp.graphs.export_key import ExportKey
from mirror.parsers.m2fp.graphs.sample_inputs import samples
from mirror.parsers.m2fp.network.model import Network
from mirror.parsers.m2fp.runtimes import import_openvino

_OPSET = 17  # the first with layer normalisation; GridSample came with 16
_CALIBRATED_ON = 6  # pictures
_OUTPUTS = ["logits", "masks"]
_FEATURES = ["res2", "res3", "res4", "res5"]


def write(network: Network, key: ExportKey, path: Path) -> None:
    """Write a network that is formulated for a runtime. Raises whatever exporters raise."""
    pixels = torch.from_numpy(samples(key.height, key.width)[0].pixels)
    with warnings.catch_warnings(), torch.inference_mode():
        # sizes become constants, which is what is wanted, and exporters warn of
        warnings.simplefilter("ignore")
        if key.int8:
            _write_8_bits(network, pixels, path, key.runtime)
        elif key.runtime == "openvino":
            _save(converted(network, pixels, [pixels]), path)
        else:
            _write_onnx(network, pixels, path, _OUTPUTS)


def _write_8_bits(network: Network, pixels: Tensor, path: Path, runtime: str) -> None:
    """Calibrate a backbone of 8 bits on frames of the bundled clip, with ONNX Runtime's quantiser.

    For OpenVINO only the backbone takes that way, and is joined to what follows it as converted
    from torch: what ONNX can say of that is slower.
    """
    from mirror.parsers.m2fp.graphs.quantization import (
        quantise,  # needs onnx, which nothing else here does
    )

    plain, made = path.with_suffix(".plain.onnx"), path.with_suffix(".onnx")
    pictures = [given.pixels for given in samples(pixels.shape[2], pixels.shape[3], _CALIBRATED_ON)]
    if runtime != "openvino":
        _write_onnx(network, pixels, plain, _OUTPUTS)
        quantise(plain, made, pictures, within="backbone")
        return plain.unlink()
    _write_onnx(network.backbone, pixels, plain, _FEATURES)
    quantise(plain, made, pictures)
    plain.unlink()
    features = network.backbone(pixels)
    head = converted(network.sem_seg_head, (features,), features)
    _save(_joined(import_openvino().Core().read_model(str(made)), head), path)
    made.unlink()


def _write_onnx(part: nn.Module, pixels: Tensor, path: Path, outputs: list[str]) -> None:
    torch.onnx.export(
        part,
        (pixels,),
        str(path),
        input_names=["pictures"],
        output_names=outputs,
        opset_version=_OPSET,
        dynamo=False,
    )


def converted(part: nn.Module, example: Any, inputs: Any) -> Any:  # noqa: ANN401  # untyped
    """Return a network, or a part of it, as OpenVINO's model, for inputs of these sizes."""
    sizes = [list(given.shape) for given in inputs]
    # traced here once: OpenVINO has what it traces traced again, to compare the two
    traced = torch.jit.trace(part, example, check_trace=False)  # type: ignore[no-untyped-call]
    graph = import_openvino().convert_model(traced, example_input=example, input=sizes)
    _leave_out_zero_cells(graph)
    return graph


def _leave_out_zero_cells(graph: Any) -> None:  # noqa: ANN401
    """Gather from a plane itself what was gathered from a copy of it that ends in a cell of zeros.

    Torch needs that cell; OpenVINO's Gather-8 gives zeros for whatever lies behind the last one.
    """
    for gather in graph.get_ops():
        if gather.get_type_name() != "Gather":
            continue
        copy = gather.input_value(0).get_node()
        if copy.get_type_name() != "Concat" or len(copy.inputs()) != 2:
            continue
        plane, last = copy.input_values()
        along = gather.input_value(2).get_node().get_data()
        is_zero = last.get_node().get_type_name() == "Constant" and not last.get_node().data.any()
        if is_zero and copy.get_axis() == along:
            gather.input(0).replace_source_output(plane)


def _joined(first: Any, second: Any) -> Any:  # noqa: ANN401  # openvino's models are untyped
    """Return one model of two, of which the second asks for what the first outputs."""
    for asked, given in zip(second.get_parameters(), first.get_results(), strict=True):
        asked.output(0).replace(given.input_value(0))
    return import_openvino().Model(second.get_results(), first.get_parameters(), "m2fp")


def _save(graph: Any, path: Path) -> None:  # noqa: ANN401
    import_openvino().save_model(graph, str(path), compress_to_fp16=False)
