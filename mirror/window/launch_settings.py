"""What a window is made with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mirror.core.settings import ParserConfig, Timing
from mirror.live.coaching.coach_options import NOT_COACHED, CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.session.avatar_link import AvatarTarget
from mirror.live.sources.source_choice import OpenSource, open_choice
from mirror.window.settings.settings_store import SettingsStore
from pipeline.sinks.video import Encoding


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """What a window is made with.

    Attributes:
        parser: which parser, on how much of the machine.
        look: how the picture is wanted at first.
        language: one of ``mirror.live.translations.LANGUAGES``.
        open_source: opens what the user chooses; a test may open something else.
        clock: monotonic seconds.
        folder: where pictures and recordings go.
        memory: what is remembered from one time to the next.
        encoding: of recordings.
        coach: whether and how people are coached at first.
        timing: which mask goes on which picture, as settings say it.
        avatar: what is moved by somebody in the picture, at first.
        plain: what it would be if nothing had been remembered; None where nothing was.
    """

    parser: ParserConfig
    look: DisplayOptions = field(default_factory=DisplayOptions)
    language: str = "en"
    open_source: OpenSource = open_choice
    clock: Callable[[], float] = time.monotonic
    folder: Path = field(default_factory=Path.home)
    memory: SettingsStore = field(default_factory=SettingsStore)
    encoding: Encoding = field(default_factory=Encoding)
    coach: CoachOptions = NOT_COACHED
    timing: Timing = "auto"
    avatar: AvatarTarget | None = None
    plain: LaunchSettings | None = None
