"""The window: shows one session at a time, and passes on what the user asks for."""

from __future__ import annotations

import contextlib
import dataclasses
import time

from PyQt5.QtGui import QCloseEvent
from PyQt5.QtWidgets import QMainWindow

from mirror.core import machine
from mirror.core.label_set import LabelSet, label_set
from mirror.core.settings import ParserConfig
from mirror.live import readout
from mirror.live.coaching.coach_options import CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.session.alerts import Alerts
from mirror.live.session.avatar_link import AvatarTarget
from mirror.live.session.confirmations import Confirmations
from mirror.live.session.live_metrics import Figures
from mirror.live.session.live_session import Session
from mirror.live.session.session_manager import SessionManager
from mirror.live.session.session_status import Sentence
from mirror.live.session.view_preferences import ViewPreferences
from mirror.live.sources.media_player import Player
from mirror.live.sources.source_choice import Choice
from mirror.live.translations import speaker
from mirror.window.launch_settings import LaunchSettings
from mirror.window.layout.chrome import WindowChrome
from mirror.window.layout.qt_translations import speak
from mirror.window.layout.window_layout import Whole, put, ticking
from mirror.window.menus.actions import acts_of, install, show_switches
from mirror.window.menus.clipboard import copy
from mirror.window.menus.drag_and_drop import DropTarget
from mirror.window.menus.focus_keys import Keyboard, reach_by_tab
from mirror.window.menus.key_list import KeysDialog
from mirror.window.menus.menu_bar import commands_of
from mirror.window.pages.beginnings import Beginnings
from mirror.window.pages.page_stack import PageStack
from mirror.window.panel.avatar_controls import AvatarControls
from mirror.window.panel.coach_page import COACH_BUTTONS, CoachPage
from mirror.window.panel.side_panel import SidePanel
from mirror.window.panel.source_page import SourcePage
from mirror.window.playback.capture_controller import OTHER_PARSER, OTHER_SOURCE, CaptureController
from mirror.window.playback.coach_controller import CoachController
from mirror.window.playback.control_bar import ControlBar
from mirror.window.playback.picture_view import PictureView
from mirror.window.playback.shown_picture import ShownPicture
from mirror.window.settings.capture_folder_dialog import CaptureFolderDialog
from mirror.window.settings.preferences import Preferences
from mirror.window.settings.source_dialogs import SourceDialogs
from pipeline.errors import PipelineError
from pipeline.sources.camera import list_cameras

_FIGURES_EVERY_S = 0.25  # often enough to be true, seldom enough to be read
_CLOSES_WITHIN_S = 0.9


class MirrorWindow(QMainWindow):
    """Shows one session at a time. Decides nothing; only the GUI's thread may touch it."""

    def __init__(self, setup: LaunchSettings) -> None:
        super().__init__()
        self._setup = setup
        self.language, self._say = setup.language, speaker(setup.language)
        look = dataclasses.replace(setup.look, language=setup.language)
        self._view_preferences = ViewPreferences.at_first(
            look, setup.parser, setup.coach, setup.timing, setup.avatar
        )
        self._alerts = Alerts()
        self._preferences = Preferences(setup)
        self._sessions = SessionManager(setup.open_source, setup.clock)
        self.shown = ShownPicture()
        self._figures_at = float("-inf")
        self._parts_shown: LabelSet | None = None
        self._controlled: Player | None = None
        self.figures = Figures()
        self._reported: list[Exception] = []
        self.told = Confirmations(setup.clock)
        self.capture = CaptureController(
            *(setup.folder, setup.encoding, setup.clock, self.report, self.told)
        )
        self.trainer = CoachController(setup.coach, lambda: self.session, self._coach_changed)
        if setup.memory.has_voice:
            with contextlib.suppress(PipelineError):  # it is not there any more
                self.trainer.speak(setup.language)
        self.begin = Beginnings(self, setup.memory, self.trainer, self.choose)
        self.setWindowTitle("Smart Mirror")
        DropTarget(self, lambda places: self.pages.tell(self.chooser.look_at(places)))
        put(self, setup.memory.place)
        self._build(setup.memory.has_panel)
        Keyboard(self)
        self._timer = ticking(self, self.refresh)

    @property
    def session(self) -> Session | None:
        """What is shown."""
        return self._sessions.present

    @property
    def player(self) -> Player | None:
        """The controls of what is played; None for what has none."""
        return None if self.session is None else self.session.player

    @property
    def look(self) -> DisplayOptions:
        """How the picture is wanted."""
        return self._view_preferences.look

    @property
    def parts(self) -> LabelSet:
        """What the parser can name."""
        return label_set("built-in") if self.session is None else self.session.parts

    def watch(self, choice: Choice) -> None:
        """Look at something else from now on; the last picture stays until the first new one."""
        look = self._preferences.look_for(self.look, choice)
        self._view_preferences = self._view_preferences.with_look(look)
        self.capture.stop_recording(OTHER_SOURCE)
        self.begin.keep(choice)
        self._sessions.begin(choice, self._view_preferences, self._drawn(look), self.view.pixels)
        self._let_speak()
        self._figures_at = float("-inf")
        self.shown.begin()
        self.set_look(look)
        self._show_cameras()
        self.pages.begin()
        self.setWindowTitle(f"{readout.title(choice, self._say)} - Smart Mirror")

    def choose(self, choice: Choice) -> None:
        """Look at what the user chose; at a camera the next time too."""
        self._setup.memory.keep_camera(choice)
        self.watch(choice)

    def go_home(self) -> None:
        """Look at nothing; show the first page."""
        self.capture.stop_recording(OTHER_SOURCE)
        self._sessions.leave()
        self.shown.leave()
        self.begin.refresh(self.pages.home)
        self.pages.go_home()
        self.setWindowTitle("Smart Mirror")
        self._show_bar()

    def set_look(self, look: DisplayOptions) -> None:
        """Show the picture another way."""
        before = self._view_preferences
        self._view_preferences = before.with_look(look)
        self._preferences.keep_look(before.kept, self._view_preferences.kept, self._present())
        self._look_again()
        self.panel.show_look(look, self.parts)
        self._show_switches()

    def set_parser(self, config: ParserConfig) -> None:
        """Go on with another parser, or on more of the machine, at the same place."""
        has_failed = self.session is not None and self.session.has_parser_failed
        if config == self._view_preferences.parser and not has_failed:
            return
        self._setup.memory.keep_parser(self._view_preferences.parser, config)
        self._view_preferences = self._view_preferences.with_parser(config, worked=not has_failed)
        self.source.show_parser(config)
        self.capture.stop_recording(OTHER_PARSER)
        self.try_again()

    def set_avatar(self, avatar: AvatarTarget | None) -> None:
        """Move another avatar from now on, or none."""
        self._view_preferences = self._view_preferences.with_avatar(avatar)
        if self.session is not None:
            self.session.avatar.move(avatar)

    def try_again(self) -> None:
        """Look at the same once more, from where it stands."""
        if self.session is not None:
            self.watch(self.session.resumed())

    def set_language(self, language: str) -> None:
        """Speak another language from now on."""
        self._setup.memory.keep_language(language)
        self._speak(language, self.around.has_panel)

    def report(self, error: BaseException) -> None:
        """Show an error that nothing else has caught; the window goes on."""
        self.pages.report(error)

    def refresh(self) -> None:
        """Show the newest picture, if there is one; a timer calls it at the screen's pace."""
        if (session := self.session) is None:
            self.capture.refresh()
            return self.pages.toast.tell(self.told.current.said(self._say))
        self.shown.refresh(session, self.view)
        self.bar.refresh()
        now = self._setup.clock()
        self.pages.show_status(
            session.status, now, session.choice, self._view_preferences, session.coaching.alone_s
        )
        if now - self._figures_at >= _FIGURES_EVERY_S:
            self._figures_at = now
            self._show_figures(session)
            self.panel.effects.refresh(self.shown.rendered)
            self.capture.refresh()
            self._show_bar()
        elif self.player is not self._controlled:
            self._show_bar()
        if self.shown.has_changed(session, self.view, self.capture):
            self._show_switches()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop every thread that can be stopped; what cannot is left behind as a daemon."""
        self._timer.stop()
        self._setup.memory.keep_place(self.saveGeometry())
        self.hide()
        self.capture.stop_recording()
        self._sessions.close()
        give_up_at = time.monotonic() + _CLOSES_WITHIN_S
        self._sessions.join(give_up_at)
        self.bar.close_thumbnails(max(0.0, give_up_at - time.monotonic()))
        self.capture.close(max(0.0, give_up_at - time.monotonic()))
        super().closeEvent(event)

    # what buttons and keys do

    def copy_figures(self) -> None:
        """Copy every figure as JSON."""
        copy(readout.as_json(self.figures))
        self.told.tell(Sentence("The figures are copied"))

    def save_picture(self) -> None:
        """Write what is shown to files."""
        session, rendered = self.session, self.shown.rendered
        if session is not None and rendered is not None and self.shown.can_save:
            self.capture.save_picture(session, rendered, self.look, self._say)

    def toggle_recording(self) -> None:
        """Begin to record, or end it."""
        if self.session is not None and self.shown.can_record:
            coach = self.trainer.options
            countdown_s = coach.countdown_s if coach.is_on else 0.0  # to get to where one is seen
            self.capture.toggle_recording(self.session, self.look, self._say, countdown_s)
            self._show_bar()

    def toggle_voice(self) -> None:
        """Say aloud what the coach says, or be silent."""
        try:
            self.trainer.speak(None if self.trainer.speaks else self.language)
        except PipelineError as error:
            self.report(error)
        self._setup.memory.keep_voice(self.trainer.speaks)
        self._show_switches()

    def toggle_panel(self) -> None:
        """Show the panel, or hide it."""
        self.around.toggle_panel()
        self._setup.memory.keep_panel(self.around.has_panel)

    def show_keys(self) -> None:
        """Show what every key does."""
        if not any(dialog.isVisible() for dialog in self.findChildren(KeysDialog)):
            KeysDialog(self, self.commands, self._say).show()

    def reset(self) -> None:
        """Forget what was remembered if the user is sure, and show everything as at first."""
        if not self.chooser.is_sure_to_forget():
            return
        plain, parser = self._preferences.plain, self._view_preferences.parser
        self._preferences.forget()
        look = self._preferences.look_for(plain.look, self._present())
        self._view_preferences = ViewPreferences.at_first(look, plain.parser, timing=plain.timing)
        self.trainer.set_options(plain.coach)
        self.capture.keep_in(plain.folder)
        put(self, None)
        self._speak(plain.language, has_panel=False)
        if parser != plain.parser:
            self.capture.stop_recording(OTHER_PARSER)
            self.try_again()
        self.told.tell(Sentence("All settings are forgotten"))

    # the view

    def _speak(self, language: str, has_panel: bool) -> None:
        self.bar.close_thumbnails()
        self.language, self._say = language, speaker(language)
        self._view_preferences = self._view_preferences.with_look(
            dataclasses.replace(self.look, language=language)
        )
        is_home = self.pages.is_home
        self._build(has_panel)
        self._let_speak()
        if is_home:
            self.go_home()

    def _build(self, has_panel: bool) -> None:
        say, setup, clock = self._say, self._setup, self._setup.clock
        speak(self.language)
        self.chooser = SourceDialogs(
            self, say, self.choose, self._present, setup.memory, self.try_again
        )
        self.place = CaptureFolderDialog(self, say, self.capture, setup.memory, self.report)
        self.view = PictureView(
            self._painted, self._look_again, lambda: self.around.toggle_full_screen()
        )
        self.view.setAccessibleName(say("Picture"))
        ways_on = self.chooser.ways_on()
        self.pages = PageStack(
            *(say, self.view, self.choose, self._alerts, clock, self.try_again),
            lambda: self.set_parser(self._view_preferences.before),
            *(ways_on, self._follow_toast, self.begin.page(say, self.language, self.chooser)),
        )
        self.commands = commands_of(self)
        self.bar = ControlBar(say, acts_of(self.commands), lambda: self.player)
        self.source = SourcePage(say, self.choose, self.set_parser, ways_on[:3], self.place.choose)
        self.source.show_parser(self._view_preferences.parser)
        acts = acts_of(self.commands)
        buttons = [(say(text), acts[text]) for text in COACH_BUTTONS]
        self.coach = CoachPage(say, self.language, self.trainer.set_options, buttons)
        self.coach.show_options(self.trainer.options)
        self.avatar = AvatarControls(say, self.set_avatar)
        self.avatar.show_avatar(self._view_preferences.avatar, "off")
        self.panel = SidePanel(
            say, self.set_look, self.copy_figures, self.source, self.coach, self.avatar
        )
        self.panel.currentChanged.connect(lambda _page: self._show_cameras())
        whole = Whole(self.pages, self.panel, self.bar)
        self.setCentralWidget(whole)
        self._actions = install(self, self.commands, say)
        reach_by_tab(self)
        self.around = WindowChrome(
            *(self, self.view, self.panel, whole, self.bar, has_panel, self._show_surroundings)
        )
        self.set_look(self.look)
        self.view.setFocus()

    def _coach_changed(self, options: CoachOptions, is_kept: bool) -> None:
        if is_kept:
            self._setup.memory.keep_coach(options)
        self._view_preferences = self._view_preferences.with_coach(options)
        self.coach.show_options(options)
        self._show_switches()

    def _report_once(self, failure: Exception | None) -> None:
        if failure is not None and failure not in self._reported:
            self._reported.append(failure)
            self.report(failure)

    def _let_speak(self) -> None:
        if self.session is not None and self.trainer.speaks:
            self.session.coaching.speak(self.language)

    def _follow_toast(self) -> None:
        if self.told.leads_to_folder:
            self.place.show()

    def _drawn(self, look: DisplayOptions) -> DisplayOptions:
        return readout.look_in(look, self.parts, self._say)

    def _present(self) -> Choice | None:
        return None if self.session is None else self.session.choice

    def _painted(self) -> None:
        if self.session is not None and self.shown.rendered is not None:
            self.session.painted(self.shown.rendered)

    def _look_again(self) -> None:
        if self.session is not None:
            self.session.show(self._drawn(self.look), self.view.pixels)

    def _show_surroundings(self) -> None:
        self._show_cameras()
        self._show_switches()

    def _show_cameras(self) -> None:
        self.source.show_cameras(list(list_cameras()), self._present())

    def _show_switches(self) -> None:
        self.shown.has_changed(self.session, self.view, self.capture)
        show_switches(self.commands, self._actions)
        self.bar.show_possible(self._actions)

    def _show_bar(self) -> None:
        capture, title = self.capture, readout.title(self._present(), self._say)
        self._controlled = self.player
        self.pages.toast.tell(self.told.current.said(self._say))
        self.view.show_countdown(capture.seconds_left)
        self.bar.show_state(title, self.player, capture.is_recording, self.shown.frame)
        self.source.show_folder(capture.folder)
        self._show_switches()

    def _show_figures(self, session: Session) -> None:
        self.figures = session.figures()
        if session.player is not None and session.player.paused:
            self.figures = self.figures.at_rest()
        self.view.show_headline(readout.headline(self.figures), self.capture.elapsed)
        if session.coaching.coach is not None:
            self.coach.show_sets(session.coaching.coach.sets)
            self._report_once(session.coaching.coach.failure)
        self._report_once(session.avatar.failure)
        self._view_preferences = self._view_preferences.with_avatar(session.avatar.target)
        self.avatar.show_avatar(session.avatar.target, session.avatar.state)
        if self.panel.isVisible():
            workers = session.workers, session.reason
            self.panel.show_figures(self.figures, workers, machine.cores())
        if session.parts is not self._parts_shown:
            self._parts_shown = session.parts
            self.panel.show_look(self.look, session.parts)
            self._look_again()
        self._sessions.forget_ended()
