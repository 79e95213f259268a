"""What ships: found from a clone, an editable install and a wheel alike."""

import zipfile
from pathlib import Path

import pytest

from mirror.core import resources
from mirror.weights import NAMES

ROOT = Path(__file__).parents[2]


def test_every_shipped_file_is_found_here() -> None:
    for name in ("default.toml", "parts.toml"):
        assert resources.config_file(name).is_file()
    for name in ("demo.mp4", "leg-raise.mp4"):
        assert resources.media_file(name).is_file()


def test_a_wheel_carries_all_that_a_run_needs(tmp_path: Path) -> None:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="needs hatchling: extra dev")
    (wheel,) = builder.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "mirror/configs/default.toml",
        "mirror/configs/parts.toml",
        "mirror/locale/zh_CN/LC_MESSAGES/mirror.mo",
        "mirror/media/demo.mp4",
        "mirror/media/leg-raise.mp4",
        "mirror/media/README.md",
        "mirror/py.typed",
        "mirror/serve/grpc/v1/service.proto",
        "mirror/configs/serve/smart-mirror.service",
        "pipeline/py.typed",
        "mirror/media/LICENSE.pose2sim",
        "mirror/weights/README.md",
        *(f"mirror/weights/{name}.onnx" for name in NAMES),
    }
    assert wanted <= names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not any(name.startswith("tests/") for name in names)
