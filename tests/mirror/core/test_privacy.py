"""What runs here stays here."""

import os
import subprocess
import sys
from pathlib import Path


def test_no_library_keeps_a_record_of_its_use(tmp_path: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("ORT_", "CI"))
    }
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    subprocess.run(
        [
            sys.executable,
            "-c",
            "from mirror.parsers.builtin import BuiltIn; BuiltIn().make_parse(1)",
        ],
        check=True,
        env=environment,
    )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
