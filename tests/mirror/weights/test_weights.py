from pathlib import Path

import pytest

from mirror import weights


@pytest.mark.parametrize("name", weights.NAMES)
def test_what_ships_is_what_was_checked(name: str) -> None:
    assert weights.verify(name) == weights.path(name)


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "pose_landmark_lite"
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(weights.path(name).read_bytes()[:-1] + b"\0")
    monkeypatch.setattr(weights, "path", lambda _: damaged)
    with pytest.raises(weights.WeightsBroken, match=r"are damaged .* install again: pip install"):
        weights.verify(name)


def test_missing_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "path", lambda _: tmp_path / "gone.onnx")
    with pytest.raises(weights.WeightsBroken, match=r"gone\.onnx are missing; install again"):
        weights.verify("movenet-multipose")
