"""The surgery changes what the network costs, not what it answers."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from mirror.weights.surgery import operate

SIDE, CHANNELS = 16, 8


def a_mask_branch() -> onnx.ModelProto:
    """The shape of the real network's last part: enlarge, two residual blocks, one convolution."""
    rng = np.random.default_rng(0)
    nodes, weights = [], []

    def weight(name: str, *shape: int) -> str:
        value = rng.normal(0, 0.4, shape).astype(np.float16)
        weights.append(numpy_helper.from_array(value, f"{name}_half"))
        nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
        return name

    def conv(name: str, source: str, made: int, size: int, group: int = 1) -> str:
        kernel = weight(f"{name}_w", made, CHANNELS // group, size, size)
        inputs = [source, kernel, weight(f"{name}_b", made)]
        pads = [size // 2] * 4
        nodes.append(helper.make_node("Conv", inputs, [name], group=group, pads=pads, name=name))
        return name

    def node(kind: str, name: str, *inputs: str, **attributes: object) -> str:
        made = helper.make_node(kind, list(inputs), [name], name=name)
        made.attribute.extend(helper.make_attribute(*entry) for entry in attributes.items())
        nodes.append(made)
        return name

    for name, value in {"zero": 0.0, "six": 6.0}.items():
        weights.append(numpy_helper.from_array(np.array(value, np.float32), name))
    weights.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales"))
    weights.append(numpy_helper.from_array(np.array([1, 2 * SIDE, 2 * SIDE, 1]), "flat"))
    weights.append(numpy_helper.from_array(np.zeros(0, np.float32), "roi"))
    x = node("Clip", "first", node("Add", "sum", "input_1", "input_1"), "zero", "six")
    node("Identity", "Identity_3", x)
    x = node("Resize", "enlarged", x, "roi", "scales", mode="linear")
    for number in range(2):
        deep = conv(f"deep{number}", x, CHANNELS, 3, group=CHANNELS)
        deep = node("Clip", f"deep{number}_clip", deep, "zero", "six")
        added = node("Add", f"added{number}", x, conv(f"flat{number}", deep, CHANNELS, 1))
        x = node("Clip", f"clipped{number}", added, "zero", "six")
    node("Reshape", "Identity_2", conv("mask", x, 1, 3), "flat")
    made = {"Identity_2": [1, 2 * SIDE, 2 * SIDE, 1], "Identity_3": [1, CHANNELS, SIDE, SIDE]}
    graph = helper.make_graph(
        nodes,
        "branch",
        [helper.make_tensor_value_info("input_1", TensorProto.FLOAT, [1, CHANNELS, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, at) for name, at in made.items()],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def answer(model: onnx.ModelProto, given: NDArray[np.float32]) -> NDArray[np.float32]:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    mask: NDArray[np.float32] = session.run(["Identity_2"], {"input_1": given})[0]
    return mask


def test_the_mask_stays_the_same_to_the_seam_between_the_halves() -> None:
    given = np.random.default_rng(1).uniform(0, 4, (1, CHANNELS, SIDE, SIDE)).astype(np.float32)
    before = answer(a_mask_branch(), given)
    after = answer(operate(a_mask_branch()), given)
    assert before.shape == after.shape
    assert np.abs(before).max() > 1
    assert after == pytest.approx(before, abs=1e-4)


def test_what_is_not_used_is_gone() -> None:
    model = operate(a_mask_branch())
    assert [output.name for output in model.graph.output] == ["Identity_2"]


def test_weights_that_would_lose_digits_are_refused() -> None:
    model = a_mask_branch()
    for initializer in model.graph.initializer:
        if initializer.name == "mask_b_half":
            initializer.CopyFrom(
                numpy_helper.from_array(np.array([0.1], np.float32), "mask_b_half")
            )
    with pytest.raises(ValueError, match="is not exact in fp16"):
        operate(model)
