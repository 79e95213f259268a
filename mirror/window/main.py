"""The window: shows one session at a time, and passes on what the user asks for."""

from __future__ import annotations

import time

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PyQt5.QtWidgets import QMainWindow

from mirror import machine, readout
from mirror.config import ParserConfig
from mirror.live.alerts import Alerts
from mirror.live.choice import Choice, choice_of
from mirror.live.gauges import Figures
from mirror.live.look import Look
from mirror.live.painter import Shot
from mirror.live.player import Player
from mirror.live.session import Session
from mirror.live.sessions import Sessions
from mirror.live.wanted import Wanted
from mirror.parts import Vocabulary, vocabulary
from mirror.window.bar import Bar
from mirror.window.chooser import Chooser, dropped_urls
from mirror.window.commands import install, show_switches
from mirror.window.help import KeysDialog
from mirror.window.keeper import OTHER_PARSER, OTHER_SOURCE, Keeper
from mirror.window.keyboard import Keyboard, reach_by_tab
from mirror.window.menu import commands_of
from mirror.window.pages import Pages
from mirror.window.panel import Panel
from mirror.window.place import SavingPlace
from mirror.window.qt_words import speak
from mirror.window.screen import laid_out, refresh_ms
from mirror.window.setup import Setup
from mirror.window.source import SourcePage
from mirror.window.surroundings import Surroundings
from mirror.window.view import PictureView
from mirror.words import speaker
from pipeline.sources.camera import list_cameras

_FIGURES_EVERY_S = 0.25  # often enough to be true, seldom enough to be read
_CLOSES_WITHIN_S = 0.9


class MirrorWindow(QMainWindow):
    """Shows one session at a time. Decides nothing; only the GUI's thread may touch it."""

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self.language, self._say = setup.language, speaker(setup.language)
        self._wanted = Wanted.at_first(setup.look, setup.parser)
        self._alerts = Alerts()
        self._mirrored = {} if setup.memory is None else setup.memory.mirrored
        self._sessions = Sessions(setup.open_source, setup.clock)
        self._shot: Shot | None = None
        self._figures_at = float("-inf")
        self._parts_shown: Vocabulary | None = None
        self._controlled: Player | None = None
        self.figures = Figures()
        self.keeper = Keeper(setup.folder, setup.encoding, setup.clock, self.report)
        self.setWindowTitle("Smart Mirror")
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        if setup.memory is not None and setup.memory.place is not None:
            self.restoreGeometry(setup.memory.place)
        self._build(setup.memory is not None and setup.memory.has_panel)
        Keyboard(self)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(refresh_ms(self))

    @property
    def session(self) -> Session | None:
        """What is shown."""
        return self._sessions.present

    @property
    def player(self) -> Player | None:
        """The controls of what is played; None for what has none."""
        return None if self.session is None else self.session.player

    @property
    def look(self) -> Look:
        """How the picture is wanted."""
        return self._wanted.look

    @property
    def parts(self) -> Vocabulary:
        """What the parser can name."""
        return vocabulary("built-in") if self.session is None else self.session.parts

    def watch(self, choice: Choice) -> None:
        """Look at something else from now on; the last picture stays until the first new one."""
        look = readout.look_for(self.look, choice, self._mirrored)
        self._wanted = self._wanted.with_look(look)
        self.keeper.stop_recording(OTHER_SOURCE)
        self._sessions.begin(choice, self._wanted, self._drawn(look), self.view.pixels)
        self._figures_at = float("-inf")
        self.set_look(look)
        self._show_cameras()
        self.pages.begin()
        self.setWindowTitle(f"{readout.title(choice, self._say)} - Smart Mirror")

    def set_look(self, look: Look) -> None:
        """Show the picture another way."""
        present = self._present()
        if present is not None and look.mirrored != self.look.mirrored:
            self._mirrored[readout.kind_of(present)] = look.mirrored
        self._wanted = self._wanted.with_look(look)
        self._look_again()
        self.panel.show_look(look, self.parts)
        show_switches(self.commands, self._actions)

    def set_parser(self, config: ParserConfig) -> None:
        """Go on with another parser, or on more of the machine, at the same place."""
        has_failed = self.session is not None and self.session.status.phase == "unparsed"
        if config == self._wanted.parser and not has_failed:
            return
        self._wanted = self._wanted.with_parser(config, worked=not has_failed)
        self.source.show_parser(config)
        self.keeper.stop_recording(OTHER_PARSER)
        self.try_again()

    def go_back(self) -> None:
        """Go on with the parser before."""
        self.set_parser(self._wanted.before)

    def try_again(self) -> None:
        """Look at the same once more, from where it stands."""
        if self.session is not None:
            self.watch(self.session.resumed())

    def set_language(self, language: str) -> None:
        """Speak another language from now on."""
        if self._setup.memory is not None:
            self._setup.memory.keep_language(language)
        self.bar.close_thumbnails()
        self.language, self._say = language, speaker(language)
        self._build(self.around.has_panel)

    def report(self, error: BaseException) -> None:
        """Show an error that nothing else has caught; the window goes on."""
        self.pages.report(error)

    def refresh(self) -> None:
        """Show the newest picture, if there is one; a timer calls it at the screen's pace."""
        session = self.session
        if session is None:
            return
        if (shot := session.take()) is not None:
            self._shot = shot
            self.view.show_picture(shot.picture)
        self.bar.refresh()
        now = self._setup.clock()
        self.pages.show_status(session.status, now, session.choice, self._wanted)
        if now - self._figures_at >= _FIGURES_EVERY_S:
            self._figures_at = now
            self._show_figures(session)
            self.keeper.refresh()
            self._show_bar()
        elif self.player is not self._controlled:
            self._show_bar()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Stop every thread that can be stopped; what cannot is left behind as a daemon."""
        self._timer.stop()
        if (memory := self._setup.memory) is not None:
            memory.keep_look(self._wanted.kept)
            memory.keep_mirrored(self._mirrored)
            memory.keep_panel(self.around.has_panel)
            memory.keep_place(self.saveGeometry())
        self.keeper.stop_recording()
        self._sessions.close()
        give_up_at = time.monotonic() + _CLOSES_WITHIN_S
        self._sessions.join(give_up_at)
        self.bar.close_thumbnails(max(0.0, give_up_at - time.monotonic()))
        self.keeper.close(max(0.0, give_up_at - time.monotonic()))
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take files and addresses only."""
        if event is not None and dropped_urls(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Look at what was dropped."""
        if event is not None and (urls := dropped_urls(event)):
            first = urls[0]
            self.watch(choice_of(first.toLocalFile() or first.toString()))

    # what buttons and keys do

    def copy_figures(self) -> None:
        """Copy every figure as JSON."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(readout.as_json(self.figures))

    def save_picture(self) -> None:
        """Write what is shown to files."""
        if self._shot is not None:
            self.keeper.save_picture(self._shot, self._drawn(self.look), self.parts)

    def toggle_recording(self) -> None:
        """Begin to record, or end it."""
        if self.session is not None:
            self.keeper.toggle_recording(self.session, self._drawn(self.look))
            self._show_bar()

    def toggle_panel(self) -> None:
        """Show the panel, or hide it."""
        self.around.toggle_panel()

    def toggle_full_screen(self) -> None:
        """Show the picture and the large figures only, or everything again."""
        self.around.toggle_full_screen()

    def show_keys(self) -> None:
        """Show what every key does."""
        if not any(dialog.isVisible() for dialog in self.findChildren(KeysDialog)):
            KeysDialog(self, self.commands, self._say).show()

    def reset(self) -> None:
        """Forget what was remembered, and show everything as at first."""
        if self._setup.memory is not None:
            self._setup.memory.forget()
        self._mirrored = {}
        present = self._present()
        look = Look() if present is None else readout.look_for(Look(), present, {})
        self._wanted = Wanted.at_first(look, self._wanted.parser)
        self.set_look(self.look)

    # the view

    def _build(self, has_panel: bool) -> None:
        say, setup, clock = self._say, self._setup, self._setup.clock
        speak(self.language)
        self.chooser = Chooser(self, say, self.watch, self._present, setup.memory)
        self.place = SavingPlace(self, say, self.keeper, setup.memory, self.report)
        self.view = PictureView(self._painted, self._look_again, self.toggle_full_screen)
        self.view.setAccessibleName(say("Picture"))
        ways_on = [
            (say("Play the demo clip"), self.chooser.open_demo),
            (say("Open a video…"), self.chooser.open_file),
            (say("Open an address…"), self.chooser.open_address),
            (say("Try again"), self.try_again),
        ]
        self.pages = Pages(
            say, self.view, self.watch, self._alerts, clock, self.try_again, self.go_back, ways_on
        )
        self.commands = commands_of(self)
        acts = {command.text: command.act for command in self.commands}
        self.bar = Bar(say, acts, lambda: self.player)
        self.source = SourcePage(say, self.watch, self.set_parser, ways_on[:3], self.place.choose)
        self.source.show_parser(self._wanted.parser)
        self.panel = Panel(say, self.set_look, self.copy_figures, self.source)
        self.panel.currentChanged.connect(lambda _page: self._show_cameras())
        self.setCentralWidget(laid_out(self.pages, self.panel, self.bar))
        self._actions = install(self, self.commands, say)
        reach_by_tab(self)
        self.around = Surroundings(
            self, self.view, self.panel, self.bar, has_panel, self._show_surroundings
        )
        self.set_look(self.look)
        self.view.setFocus()

    def _drawn(self, look: Look) -> Look:
        return readout.look_in(look, self.parts, self._say)

    def _present(self) -> Choice | None:
        return None if self.session is None else self.session.choice

    def _painted(self) -> None:
        if self.session is not None and self._shot is not None:
            self.session.painted(self._shot)

    def _look_again(self) -> None:
        if self.session is not None:
            self.session.show(self._drawn(self.look), self.view.pixels)

    def _show_surroundings(self) -> None:
        self._show_cameras()
        self._show_switches()

    def _show_cameras(self) -> None:
        self.source.show_cameras(list(list_cameras()), self._present())

    def _show_switches(self) -> None:
        show_switches(self.commands, self._actions)

    def _show_bar(self) -> None:
        present, keeper = self._present(), self.keeper
        title = "" if present is None else readout.title(present, self._say)
        self._controlled = self.player
        kept = keeper.message.said(self._say)
        self.bar.show_state(title, self.player, keeper.is_recording, kept)
        self.source.show_folder(keeper.folder)
        self._show_switches()

    def _show_figures(self, session: Session) -> None:
        self.figures = session.figures()
        self.view.show_headline(readout.headline(self.figures), self.keeper.elapsed)
        if self.panel.isVisible():
            self.panel.show_figures(self.figures, session.workers, machine.cores())
        if session.parts is not self._parts_shown:
            self._parts_shown = session.parts
            self.panel.show_look(self.look, session.parts)
            self._look_again()
        self._sessions.forget_ended()
