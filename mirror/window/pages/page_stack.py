"""The picture, or the page that stands in its place, under a banner when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from mirror.live import readout
from mirror.live.readout import Say
from mirror.live.session.alerts import Alert, Alerts
from mirror.live.session.session_status import BROKE, Sentence, Status, details_of, told
from mirror.live.session.view_preferences import ViewPreferences
from mirror.live.sources.source_choice import CameraChoice, Choice
from mirror.window.pages.banner import Banner
from mirror.window.pages.floating_text import FloatingText, Toast
from mirror.window.pages.home_page import HomePage
from mirror.window.pages.start_page import StartPage
from mirror.window.playback.picture_view import PictureView
from pipeline.sources.camera import list_cameras


class PageStack(QWidget):
    """Shows how a session stands.

    Args:
        say: the user's language.
        view: what shows the picture.
        watch: starts looking at a choice.
        alerts: what is to be told.
        clock: monotonic seconds.
        try_again: opens the present choice once more.
        go_back: goes on with the parser before.
        ways_on: what is offered where there is no picture: texts, and what they do.
        show_folder: shows where pictures and recordings go.
        home: the first page.
    """

    def __init__(
        self,
        say: Say,
        view: PictureView,
        watch: Callable[[Choice], None],
        alerts: Alerts,
        clock: Callable[[], float],
        try_again: Callable[[], None],
        go_back: Callable[[], None],
        ways_on: Sequence[tuple[str, Callable[[], None]]],
        show_folder: Callable[[], None],
        home: HomePage,
    ) -> None:
        super().__init__()
        self._say, self._view = say, view
        self._status: Status | None = None
        self._alerts, self._clock = alerts, clock
        self.banner = Banner(say, try_again, go_back, self._dismiss)
        self.welcome = StartPage(say, watch, ways_on)
        self._stack = QStackedWidget()
        self._stack.addWidget(view)
        self._stack.addWidget(self.welcome)
        self.home = home
        self._stack.addWidget(home)
        self.notice = FloatingText(self._stack)  # while something takes its time
        self.toast = Toast(self._stack, self.notice, show_folder)  # what became of a file
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)

    def begin(self) -> None:
        """Show the picture: another session has begun."""
        self._status = None
        self._alerts.begin()
        self._stack.setCurrentWidget(self._view)

    @property
    def is_home(self) -> bool:
        """Whether the first page is shown."""
        return self._stack.currentWidget() is self.home

    def go_home(self) -> None:
        """Show the first page: nothing is looked at."""
        self._status = None
        self._alerts.begin()
        self.notice.tell("")
        self._stack.setCurrentWidget(self.home)
        self._tell(self._clock())

    def show_status(
        self,
        status: Status,
        now: float,
        choice: Choice,
        wanted: ViewPreferences,
        alone_s: float = 0.0,
    ) -> None:
        """Show how a session stands: over its picture, or in its place where it never had one.

        Args:
            status: of the session.
            now: on its clock.
            choice: what it looks at.
            wanted: by which parser, and which there is to go back to.
            alone_s: how long nobody has been in the picture; a coach says that itself.
        """
        alone_s = 0.0 if wanted.coach.is_on else alone_s
        parser, say = wanted.parser.name, self._say
        self.notice.tell(readout.notice(status, now, choice, parser, say, alone_s))
        if status != self._status:
            self._status = status
            if status.phase == "failed" and not status.has_picture:
                self._show_welcome(status, choice)
            else:
                self._alerts.show_status(status, wanted)
        self._tell(now)

    def report(self, error: BaseException) -> None:
        """Show an error that nothing else has caught, until it is dismissed."""
        self._alerts.report(Alert(told(error, BROKE), details_of(error)))
        self._tell(self._clock())

    def tell(self, words: Sentence) -> None:
        """Say something that is no error, if there is something, until it is dismissed."""
        if not words:
            return
        self._alerts.report(Alert(words, tone="plain"))
        self._tell(self._clock())

    def _show_welcome(self, status: Status, choice: Choice) -> None:
        shown = readout.title(choice, self._say)
        title = self._say("Nothing to see at {source}").format(source=shown)
        problem = status.problem.said(self._say)
        wants_camera = isinstance(choice, CameraChoice)
        self.welcome.tell(title, problem, status.details, list(list_cameras()), wants_camera)
        self._stack.setCurrentWidget(self.welcome)
        self._alerts.begin()

    def _tell(self, now: float) -> None:
        if (alert := self._alerts.current) is None:
            return self.banner.hide()
        self.banner.tell(readout.banner(alert, now, self._say), alert)

    def _dismiss(self) -> None:
        self._alerts.dismiss()
        self._tell(self._clock())
