"""A smart mirror: every person in the picture comes out coloured by body part.

    import mirror

    result = mirror.parse("photo.jpg")
    print(result.people[0].landmarks["left_knee"].xy)

    with mirror.open_video("squats.mp4") as video:
        for result in video:
            print(result.time, len(result.people))

Importing it takes no time and loads no model: everything is loaded when it is first used.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from mirror.version import __version__ as __version__

if TYPE_CHECKING:
    from mirror.api.coco import coco_dataset
    from mirror.api.demo import demo_clip
    from mirror.api.landmarks import Landmark, Landmarks
    from mirror.api.modelscope import modelscope_parser
    from mirror.api.parsed_image import ParsedImage
    from mirror.api.parsed_person import ParsedPerson
    from mirror.api.parser import Parser, open_video, parse
    from mirror.api.video import ParsedVideo
    from pipeline.errors import PipelineError

__all__ = [
    "Landmark",
    "Landmarks",
    "ParsedImage",
    "ParsedPerson",
    "ParsedVideo",
    "Parser",
    "PipelineError",
    "coco_dataset",
    "demo_clip",
    "modelscope_parser",
    "open_video",
    "parse",
]

_HOMES = {
    "Landmark": "mirror.api.landmarks",
    "Landmarks": "mirror.api.landmarks",
    "ParsedImage": "mirror.api.parsed_image",
    "ParsedPerson": "mirror.api.parsed_person",
    "ParsedVideo": "mirror.api.video",
    "Parser": "mirror.api.parser",
    "PipelineError": "pipeline.errors",
    "coco_dataset": "mirror.api.coco",
    "demo_clip": "mirror.api.demo",
    "modelscope_parser": "mirror.api.modelscope",
    "open_video": "mirror.api.parser",
    "parse": "mirror.api.parser",
}

# ONNX Runtime (from 1.29 on) reports its sessions to its makers unless told not to before it is
# loaded. What a camera sees is nobody's business, nor is when it looks.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


if not TYPE_CHECKING:  # a type checker would take any name for a public one

    def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever has the name
        """Load a public name when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module 'mirror' has no attribute {name!r}")
        found = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
