"""Makes the landmark network cheaper without changing what it answers. Needs the package onnx.

    python -m mirror.weights.surgery pose_landmark_lite.onnx OUT.onnx

ONNX Runtime computes in blocks of 8 or 16 channels, and the network's mask branch has 8 channels at
256 x 256, then 1. Three changes, each exact but for the order of sums:

- a Clip that follows an Add sends everything back to the plain layout; as part of a convolution
  with ones it does not;
- the mask's last convolution makes one channel of many: each by itself first, then their sum;
- the mask branch works on the upper and the lower half as 16 channels, with four rows of overlap.
"""

from __future__ import annotations

import sys

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Attribute = int | list[int] | str | None

_MASK, _HEATMAP = "Identity_2", "Identity_3"
_OVERLAP = (
    2  # rows before enlarging: each of three convolutions, and enlarging, spoils one after it
)


class Graph:
    """An ONNX graph whose nodes can be looked up, replaced and added."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model, self._graph = model, model.graph
        self._count = 0

    def maker(self, tensor: str) -> onnx.NodeProto:
        """Return the node that makes a tensor."""
        found: onnx.NodeProto = next(node for node in self._graph.node if tensor in node.output)
        return found

    def nodes(self, kind: str) -> list[onnx.NodeProto]:
        """Return all nodes of a kind."""
        return [node for node in self._graph.node if node.op_type == kind]

    def constant(self, tensor: str) -> NDArray[np.float32]:
        """Return the value of a weight, which may be stored as fp16 behind a Cast."""
        for initializer in self._graph.initializer:
            if initializer.name == tensor:
                return numpy_helper.to_array(initializer).astype(np.float32)
        return self.constant(self.maker(tensor).input[0])

    def add(
        self, before: onnx.NodeProto, kind: str, inputs: list[str], **attributes: Attribute
    ) -> str:
        """Put a new node before another one; return the tensor that it makes."""
        self._count += 1
        output = f"surgery_{kind}_{self._count}"
        node = helper.make_node(kind, inputs, [output], name=output)
        node.attribute.extend(helper.make_attribute(*entry) for entry in attributes.items())
        self._graph.node.insert(list(self._graph.node).index(before), node)
        return output

    def weight(self, before: onnx.NodeProto, value: NDArray[np.float32]) -> str:
        """Add a weight, stored as fp16 as all the others are; return its tensor."""
        self._count += 1
        name = f"surgery_weight_{self._count}"
        stored = value.astype(np.float16)
        if not np.array_equal(stored.astype(np.float32), value):
            raise ValueError(f"{name} is not exact in fp16; the network's own weights are")
        self._graph.initializer.append(numpy_helper.from_array(stored, name))
        return self.add(before, "Cast", [name], to=onnx.TensorProto.FLOAT)

    def integers(self, *values: int) -> str:
        """Add a list of whole numbers; return its tensor."""
        self._count += 1
        name = f"surgery_integers_{self._count}"
        self._graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def prune(self) -> None:
        """Drop what no output needs."""
        while True:
            used = {name for node in self._graph.node for name in node.input}
            used |= {output.name for output in self._graph.output}
            dead = [node for node in self._graph.node if not used & set(node.output)]
            if not dead:
                break
            for node in dead:
                self._graph.node.remove(node)
        kept = [entry for entry in self._graph.initializer if entry.name in used]
        del self._graph.initializer[:]
        self._graph.initializer.extend(kept)
        del self._graph.value_info[:]


def operate(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network with the same inputs and outputs, but for the heatmap, at less cost."""
    graph = Graph(model)
    outputs = [output for output in model.graph.output if output.name != _HEATMAP]
    del model.graph.output[:]
    model.graph.output.extend(outputs)
    graph.prune()
    _halve_mask_branch(graph)
    shapes = _shapes(model)
    for clip in graph.nodes("Clip"):
        if graph.maker(clip.input[0]).op_type == "Add":
            clip.input[0] = _same(graph, clip, clip.input[0], shapes[clip.input[0]][1])
    graph.prune()
    onnx.checker.check_model(model)
    return model


def _halve_mask_branch(graph: Graph) -> None:
    """Rebuild what comes after the last enlarging, on both halves at once."""
    flatten = graph.maker(_MASK)
    last = graph.maker(flatten.input[0])
    steps = _branch(graph, last)
    enlarge = steps[0]
    _, channels, height, _ = _shapes(graph.model)[enlarge.input[0]]
    half = height // 2

    def rows(tensor: str, first: int, end: int) -> str:
        limits = [graph.integers(first), graph.integers(end), graph.integers(2)]
        return graph.add(flatten, "Slice", [tensor, *limits])

    both = [
        rows(enlarge.input[0], 0, half + _OVERLAP),
        rows(enlarge.input[0], half - _OVERLAP, 2 * half),
    ]
    joined = graph.add(flatten, "Concat", both, axis=1)
    made = {enlarge.input[0]: _same(graph, flatten, joined, 2 * channels)}
    for step in steps[:-1]:
        made[step.output[0]] = _doubled(graph, flatten, step, made)
    both_masks = _summed(graph, flatten, last, made[last.input[0]], channels)

    def of_half(number: int, first: int) -> str:
        limits = [graph.integers(number), graph.integers(number + 1), graph.integers(1)]
        mask = graph.add(flatten, "Slice", [both_masks, *limits])
        return rows(mask, first, first + 2 * half)

    whole = [of_half(0, 0), of_half(1, 2 * _OVERLAP)]
    flatten.input[0] = graph.add(flatten, "Concat", whole, axis=2)


def _summed(
    graph: Graph, before: onnx.NodeProto, last: onnx.NodeProto, tensor: str, channels: int
) -> str:
    """The last convolution on both halves: each channel by itself, then the sums of them."""
    kernel, bias = graph.constant(last.input[1]), graph.constant(last.input[2])
    each = np.concatenate([kernel[0], kernel[0]])[:, None]
    spread = graph.add(
        before, "Conv", [tensor, graph.weight(before, each)], group=2 * channels, pads=[1] * 4
    )
    sums = np.repeat(np.eye(2, dtype=np.float32), channels, axis=1)
    weights = [graph.weight(before, sums[:, :, None, None])]
    weights.append(graph.weight(before, np.concatenate([bias, bias])))
    return graph.add(before, "Conv", [spread, *weights])


def _same(graph: Graph, before: onnx.NodeProto, tensor: str, channels: int) -> str:
    """The same values as the output of a convolution, which may stay in the blocked layout."""
    ones = graph.weight(before, np.ones((channels, 1, 1, 1), np.float32))
    return graph.add(before, "Conv", [tensor, ones], group=channels)


def _branch(graph: Graph, last: onnx.NodeProto) -> list[onnx.NodeProto]:
    """The nodes from the last enlarging to the last convolution, in order."""
    nodes = [node for node in graph.model.graph.node if node.op_type != "Cast"]
    first = max(place for place, node in enumerate(nodes) if node.op_type == "Resize")
    wanted, found = {last.output[0]}, []
    for node in reversed(nodes[first:]):
        if wanted & set(node.output):
            found.append(node)
            wanted |= set(node.input)
    return found[::-1]


def _doubled(
    graph: Graph, before: onnx.NodeProto, step: onnx.NodeProto, made: dict[str, str]
) -> str:
    """The same step on twice the channels."""
    attributes = {entry.name: helper.get_attribute_value(entry) for entry in step.attribute}
    if step.op_type != "Conv":
        inputs = [made.get(name, name) for name in step.input]
        return graph.add(before, step.op_type, inputs, **attributes)
    kernel, bias = graph.constant(step.input[1]), graph.constant(step.input[2])
    if attributes.get("group", 1) > 1:
        attributes["group"] *= 2
        kernel = np.concatenate([kernel, kernel])
    else:
        kernel = _block_diagonal(kernel)
    weights = [graph.weight(before, kernel), graph.weight(before, np.concatenate([bias, bias]))]
    return graph.add(before, "Conv", [made[step.input[0]], *weights], **attributes)


def _block_diagonal(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """(2 O, 2 I, h, w): the same kernel for either half, nothing in between."""
    made, taken, height, width = kernel.shape
    both = np.zeros((2 * made, 2 * taken, height, width), np.float32)
    both[:made, :taken], both[made:, taken:] = kernel, kernel
    return both


def _shapes(model: onnx.ModelProto) -> dict[str, list[int]]:
    inferred = onnx.shape_inference.infer_shapes(model).graph
    return {
        entry.name: [side.dim_value for side in entry.type.tensor_type.shape.dim]
        for entry in [*inferred.value_info, *inferred.output, *inferred.input]
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    onnx.save(operate(onnx.load(sys.argv[1])), sys.argv[2])
