"""What is left of NanoDet answers what it did, for people, in pictures of any size."""

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mirror.weights.nanodet_surgery import operate

CHANNELS, ANSWERS, EDGES = 4, 124, 44
SIDE = 64  # of the input that the made network is for


def a_detector() -> onnx.ModelProto:
    """The shape of the real network's end: three grids, the coarsest first, each flattened."""
    rng = np.random.default_rng(0)
    nodes, weights, outputs = [], [], []

    def weight(name: str, value: NDArray[np.generic]) -> str:
        weights.append(numpy_helper.from_array(value, name))
        return name

    for stride in (32, 16, 8):
        cells = (SIDE // stride) ** 2
        kernel = rng.normal(0, 0.3, (CHANNELS, 3, stride, stride)).astype(np.float16)
        head = rng.normal(0, 0.3, (ANSWERS, CHANNELS, 1, 1)).astype(np.float16)
        seen = [
            "input_1",
            weight(f"kernel{stride}", kernel.astype(np.float32)),
            weight(f"bias{stride}", rng.normal(size=CHANNELS).astype(np.float32)),
        ]
        nodes.append(helper.make_node("Conv", seen, [f"seen{stride}"], strides=[stride] * 2))
        answered = [
            f"seen{stride}",
            weight(f"head{stride}", head.astype(np.float32)),
            weight(f"head_bias{stride}", rng.normal(size=ANSWERS).astype(np.float32)),
        ]
        nodes.append(helper.make_node("Conv", answered, [f"head_out{stride}"]))
        split = weight(f"split{stride}", np.array([ANSWERS - EDGES, EDGES]))
        parts = [f"classes{stride}", f"edges{stride}"]
        nodes.append(helper.make_node("Split", [f"head_out{stride}", split], parts, axis=1))
        for part, count in zip(parts, (ANSWERS - EDGES, EDGES), strict=True):
            shape = weight(f"{part}_shape", np.array([1, count, cells]))
            nodes.append(helper.make_node("Reshape", [part, shape], [f"{part}_flat"]))
            outputs.append(
                helper.make_tensor_value_info(f"{part}_flat", TensorProto.FLOAT, [1, count, cells])
            )
    taken = helper.make_tensor_value_info("input_1", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(nodes, "detector", [taken], outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def run(
    model: onnx.ModelProto, name: str, image: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {name: image}), strict=True))


def test_people_are_answered_for_as_before() -> None:
    model = a_detector()
    image = np.random.default_rng(1).normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)
    before = run(model, "input_1", image)
    after = run(operate(model), "image", image)
    assert list(after) == ["stride_8", "stride_16", "stride_32"]
    for stride in (8, 16, 32):
        grid = after[f"stride_{stride}"]
        assert grid.shape == (1, 1 + EDGES, SIDE // stride, SIDE // stride)
        flat = grid.reshape(1 + EDGES, -1)
        assert np.allclose(flat[0], before[f"classes{stride}_flat"][0, 0], atol=1e-4)
        assert np.allclose(flat[1:], before[f"edges{stride}_flat"][0], atol=1e-4)


def test_a_picture_may_have_other_sides() -> None:
    answers = run(operate(a_detector()), "image", np.zeros((1, 3, 96, 32), np.float32))
    assert answers["stride_32"].shape == (1, 1 + EDGES, 3, 1)


def test_weights_are_stored_as_halves() -> None:
    stored = {entry.name: entry.data_type for entry in operate(a_detector()).graph.initializer}
    assert stored["kernel8_half"] == TensorProto.FLOAT16
    assert stored["bias8"] == TensorProto.FLOAT  # so few gain nothing
