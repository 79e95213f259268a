"""What the user is used to: each choice is kept when it is made."""

from __future__ import annotations

from mirror.live import readout
from mirror.live.display.display_options import DisplayOptions
from mirror.live.sources.source_choice import Choice
from mirror.window.launch_settings import LaunchSettings


class Preferences:
    """Knows how the user wants each kind of source, and what there would be without any habits.

    Args:
        setup: what the window is made with.
    """

    def __init__(self, setup: LaunchSettings) -> None:
        self._setup, self._memory = setup, setup.memory
        self._mirrored = setup.memory.mirrored

    def look_for(self, look: DisplayOptions, choice: Choice | None) -> DisplayOptions:
        """Return the look for another source; None is none yet."""
        return look if choice is None else readout.look_for(look, choice, self._mirrored)

    def keep_look(
        self, before: DisplayOptions, after: DisplayOptions, choice: Choice | None
    ) -> None:
        """Keep what the user changed of a look while a choice was looked at."""
        if choice is not None and after.mirrored != before.mirrored:
            self._mirrored[readout.kind_of(choice)] = after.mirrored
            self._memory.keep_mirrored(self._mirrored)
        self._memory.keep_look(before, after)

    @property
    def plain(self) -> LaunchSettings:
        """What the window would have been made with without any habits."""
        return self._setup.plain or self._setup

    def forget(self) -> None:
        """Forget everything."""
        self._memory.forget()
        self._mirrored = {}
