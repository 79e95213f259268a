"""The picture, or the page that stands in its place, under a banner when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PyQt5.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from mirror import readout
from mirror.live.choice import Choice
from mirror.live.status import BROKE, Phase, Status, details_of, told
from mirror.live.wanted import Wanted
from mirror.readout import Say
from mirror.window.banner import Banner, Tone
from mirror.window.notice import Notice
from mirror.window.view import PictureView
from mirror.window.welcome import WelcomePage
from pipeline.sources.camera import list_cameras

_TONES: Mapping[Phase, Tone] = {"failed": "alarm", "ended": "plain"}


class Pages(QWidget):
    """Shows how a session stands.

    Args:
        say: the user's language.
        view: what shows the picture.
        watch: starts looking at a choice.
        try_again: opens the present choice once more.
        go_back: goes on with the parser before.
        ways_on: what is offered where there is no picture: texts, and what they do.
    """

    def __init__(
        self,
        say: Say,
        view: PictureView,
        watch: Callable[[Choice], None],
        try_again: Callable[[], None],
        go_back: Callable[[], None],
        ways_on: Sequence[tuple[str, Callable[[], None]]],
    ) -> None:
        super().__init__()
        self._say, self._view = say, view
        self._status: Status | None = None
        self.banner = Banner(say, try_again, go_back)
        self.welcome = WelcomePage(say, watch, ways_on)
        self.notice = Notice(view)
        self._stack = QStackedWidget()
        self._stack.addWidget(view)
        self._stack.addWidget(self.welcome)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)

    def begin(self) -> None:
        """Show the picture: another session has begun."""
        self._status = None
        self._stack.setCurrentWidget(self._view)

    def show_status(self, status: Status, now: float, choice: Choice, wanted: Wanted) -> None:
        """Show how a session stands: over its picture, or in its place where it never had one.

        Args:
            status: of the session.
            now: on its clock.
            choice: what it looks at.
            wanted: by which parser, and which there is to go back to.
        """
        words = readout.notice(status, now, choice, wanted.parser.name, self._say)
        self.notice.tell(words)
        if status == self._status and status.phase != "lost":
            return
        self._status = status
        words = readout.banner(status, now, self._say)
        if status.phase == "failed" and not status.has_picture:
            shown = readout.title(choice, self._say)
            title = self._say("Nothing to see at {source}").format(source=shown)
            self.welcome.tell(title, words, list(list_cameras()))
            self._stack.setCurrentWidget(self.welcome)
            words = ""
        back = ""
        if status.phase == "unparsed" and wanted.before != wanted.parser:
            back = self._say("Back to {parser}").format(parser=self._say(wanted.before.name))
        again = "Play again" if status.phase == "ended" else "Try again"
        self.banner.tell(words, status.details, _TONES.get(status.phase, "caution"), again, back)

    def report(self, error: BaseException) -> None:
        """Show an error that nothing else has caught."""
        words = told(error, BROKE).said(self._say)
        self.banner.tell(words, details_of(error), "alarm")
