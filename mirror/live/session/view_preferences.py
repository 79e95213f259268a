"""How the user wants the picture, and by which parser."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from mirror.core.settings import ParserConfig, Timing
from mirror.live.coaching.coach_options import NOT_COACHED, CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.mask_sync import Mode
from mirror.live.session.avatar_link import AvatarTarget


@dataclass(frozen=True, slots=True)
class ViewPreferences:
    """What the user has asked for.

    Attributes:
        look: how the picture is shown.
        parser: which parser, on how much of the machine.
        before: what to go back to where the parser fails: the last one that did not.
        usual_mode: the user's own with a parser that keeps up with the picture.
        coach: how people are coached.
        timing: which mask goes on which picture, as settings say it.
        avatar: what is moved by somebody in the picture; None is nothing.
    """

    look: DisplayOptions
    parser: ParserConfig
    before: ParserConfig
    usual_mode: Mode
    coach: CoachOptions = NOT_COACHED
    timing: Timing = "auto"
    avatar: AvatarTarget | None = None

    @classmethod
    def at_first(
        cls,
        look: DisplayOptions,
        parser: ParserConfig,
        coach: CoachOptions = NOT_COACHED,
        timing: Timing = "auto",
        avatar: AvatarTarget | None = None,
    ) -> ViewPreferences:
        """Return what is wanted before anything was changed."""
        before = parser.changed(name="built-in")
        fitting = _fitting(look, parser, timing)
        return cls(fitting, parser, before, look.mode, coach, timing, avatar)

    @property
    def carries(self) -> bool:
        """Whether masks are carried to every picture; see ``mirror.jobs.carried_parser``."""
        return _carries(self.parser, self.timing)

    def with_look(self, look: DisplayOptions) -> ViewPreferences:
        """Return the same with another look. With a slow parser its mode is for now only."""
        usual_mode = self.usual_mode if _is_slow(self.parser) else look.mode
        return dataclasses.replace(self, look=look, usual_mode=usual_mode)

    def with_parser(self, parser: ParserConfig, worked: bool) -> ViewPreferences:
        """Return the same with another parser; ``worked`` says whether this one did."""
        usual = dataclasses.replace(self.look, mode=self.usual_mode)
        before = self.parser if worked else self.before
        look = _fitting(usual, parser, self.timing)
        return dataclasses.replace(self, look=look, parser=parser, before=before)

    def with_coach(self, coach: CoachOptions) -> ViewPreferences:
        """Return the same with people coached another way."""
        return dataclasses.replace(self, coach=coach)

    def with_avatar(self, avatar: AvatarTarget | None) -> ViewPreferences:
        """Return the same with another avatar, or none."""
        return dataclasses.replace(self, avatar=avatar)

    @property
    def kept(self) -> DisplayOptions:
        """The look to be remembered: nothing of it is a slow parser's doing."""
        return dataclasses.replace(self.look, mode=self.usual_mode)


def _fitting(look: DisplayOptions, parser: ParserConfig, timing: Timing) -> DisplayOptions:
    """The look for a parser: one that takes seconds must not hold up the picture.

    A mask that is carried is the picture's own, and comes with it.
    """
    if _carries(parser, timing):
        return dataclasses.replace(look, mode="exact")
    return dataclasses.replace(look, mode="live") if _is_slow(parser) else look


def _carries(parser: ParserConfig, timing: Timing) -> bool:
    return timing == "carried" or (timing == "auto" and _is_slow(parser))


def _is_slow(parser: ParserConfig) -> bool:
    return parser.name.startswith("m2fp")
