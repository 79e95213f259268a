"""Writes the code that gRPC's compiler makes of the service's definition; never edit it by hand.

python tests/tools/grpc_code.py
"""

from __future__ import annotations

import importlib.resources
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROTO = Path("mirror/serve/grpc/v1/service.proto")
NAMES = ("service_pb2.py", "service_pb2.pyi", "service_pb2_grpc.py")


def generate(folder: Path) -> list[Path]:
    """Write the code below a folder, as it lies below the root; return its files."""
    includes = importlib.resources.files("grpc_tools") / "_proto"
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "-I.", f"-I{includes}",
         f"--python_out={folder}", f"--pyi_out={folder}", f"--grpc_python_out={folder}",
         str(PROTO)],
        check=True, cwd=ROOT,
    )  # fmt: skip
    return [folder / PROTO.with_name(name) for name in NAMES]


if __name__ == "__main__":
    for written in generate(ROOT):
        print(written.relative_to(ROOT))
