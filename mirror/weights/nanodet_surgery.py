"""Leaves of NanoDet what finds people, for a picture of any size. Needs the package onnx.

    python -m mirror.weights.nanodet_surgery nanodet.onnx OUT.onnx

The network as it is published takes 416 x 416 pixels, answers for COCO's 80 classes, and lists the
cells of its three grids. What is kept answers per grid, for people only, and the sides of its input
may be any multiple of 32. Weights are stored as fp16, which the published ones are exactly.
"""

from __future__ import annotations

import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

from mirror.weights.surgery import Graph

_CLASSES = 80  # COCO's; person is the first
_INPUT = "image"
_STRIDES = (8, 16, 32)  # pixels of the input for one cell of each grid


def operate(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network with one output a grid, (1, 45, rows, columns), the finest first.

    Of the 45, the first is the logit of a person; the others are NanoDet's distributions of how far
    the left, upper, right and lower edge are, 11 logits each.
    """
    graph, surgery = model.graph, Graph(model)
    heads = [surgery.maker(split.input[0]) for split in surgery.nodes("Split")]
    values = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    for head in heads:
        for name in head.input[1:]:
            values[name] = np.concatenate([values[name][:1], values[name][_CLASSES:]])
    heads.reverse()  # the network's own order begins with the coarsest grid
    del graph.output[:]
    graph.output.extend(onnx.ValueInfoProto(name=head.output[0]) for head in heads)
    surgery.prune()
    taken = graph.input[0].name
    names = {
        head.output[0]: f"stride_{stride}" for head, stride in zip(heads, _STRIDES, strict=True)
    }
    names[taken] = _INPUT
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    casts, weights = [], []
    for name in sorted(entry.name for entry in graph.initializer):
        cast, weight = _stored(name, values[name])
        casts += cast
        weights.append(weight)
    kept = helper.make_graph(
        [*casts, *graph.node],
        "nanodet",
        [_tensor(_INPUT, 3, "height", "width")],
        [
            _tensor(f"stride_{stride}", 45, f"rows_{stride}", f"columns_{stride}")
            for stride in _STRIDES
        ],
        weights,
    )
    result = helper.make_model(kept, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(result)
    return result


def _stored(
    name: str, value: np.ndarray[tuple[int, ...], np.dtype[np.generic]]
) -> tuple[list[onnx.NodeProto], onnx.TensorProto]:
    """A weight as it is, or as fp16 and the node that brings it back."""
    half = value.astype(np.float16)
    if value.dtype != np.float32 or value.size < 256 or not np.array_equal(half, value):
        return [], numpy_helper.from_array(value, name)
    cast = helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT)
    return [cast], numpy_helper.from_array(half, f"{name}_half")


def _tensor(name: str, channels: int, rows: str, columns: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, rows, columns])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    onnx.save(operate(onnx.load(sys.argv[1])), sys.argv[2])
