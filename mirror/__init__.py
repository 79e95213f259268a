"""A smart mirror: every person in the picture comes out coloured by body part."""

import os

__version__ = "0.1.0"

# ONNX Runtime (from 1.29 on) reports its sessions to its makers unless told not to before it is
# loaded. What a camera sees is nobody's business, nor is when it looks.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
