"""The code that a tool makes of the gRPC service's definition is what it makes of it today."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("grpc_tools", reason="pip install grpcio-tools")
import grpc_code


def test_the_generated_code_is_what_the_definition_gives(tmp_path: Path) -> None:
    wanted = tomllib.loads((grpc_code.ROOT / "pyproject.toml").read_text())
    dev = wanted["project"]["optional-dependencies"]["dev"]
    pin = next(entry for entry in dev if entry.startswith("grpcio-tools=="))
    if importlib.metadata.version("grpcio-tools") != pin.partition("==")[2]:
        pytest.skip(f"another version writes other code: pip install {pin}")
    for made in grpc_code.generate(tmp_path):
        kept = grpc_code.ROOT / made.relative_to(tmp_path)
        assert made.read_text() == kept.read_text(), "python tests/tools/grpc_code.py"
