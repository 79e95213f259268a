"""Where pictures go. Each sink is a consumer of frames, which it shows at their times."""

from __future__ import annotations

from pipeline.consumer import Consumer
from pipeline.frame import Frame

Sink = Consumer[Frame]
