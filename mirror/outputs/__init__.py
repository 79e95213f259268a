"""What a run leaves behind: a video, masks, result lines, a contact sheet. Consumers of results."""

from __future__ import annotations

from mirror.core.parsing import Parsing
from pipeline.consumer import Consumer
from pipeline.errors import SinkError
from pipeline.result import Result

Output = Consumer[Result[Parsing]]


class OutputRefused(SinkError):
    """Something is in the way of what a run would write."""
