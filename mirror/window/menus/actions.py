"""Everything that can be done with a key or from a menu, as one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QMainWindow, QMenu

from mirror.live.gettext_noop import N_
from mirror.live.readout import Say

# a menu's title -> the letter that opens it with Alt
MNEMONICS = {
    N_("File"): "F",
    N_("Picture"): "P",
    N_("Play"): "L",
    N_("Coach"): "C",
    N_("View"): "V",
    N_("Help"): "H",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a user can do.

    Attributes:
        menu: the title of the menu that it is in; a command with the next title begins another.
        text: what it is called, in English.
        keys: its shortcuts, as Qt writes them.
        act: does it.
        is_on: whether what it switches is on; None for what is no switch.
        repeats: whether a held key does it again and again.
        is_possible: whether it can be done now; None for what always can.
        begins: whether a line in the menu divides it from what is above.
    """

    menu: str
    text: str
    keys: tuple[str, ...]
    act: Callable[[], None]
    is_on: Callable[[], bool] | None = None
    repeats: bool = False
    is_possible: Callable[[], bool] | None = None
    begins: bool = False


def install(window: QMainWindow, commands: Sequence[Command], say: Say) -> dict[str, QAction]:
    """Put commands into a window's menus and under its keys; return the actions by their texts.

    Keys work while the menus are hidden too: the window itself holds the actions.
    """
    bar = window.menuBar()
    assert bar is not None
    bar.clear()
    for last in bar.findChildren(QMenu):
        last.deleteLater()
    for action in window.actions():
        window.removeAction(action)
        action.deleteLater()  # one of them may be what asked for others
    titles = dict.fromkeys(command.menu for command in commands)
    menus = {title: bar.addMenu(with_mnemonic(say(title), MNEMONICS[title])) for title in titles}
    actions: dict[str, QAction] = {}
    for command in commands:
        action = QAction(say(command.text), window)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setAutoRepeat(command.repeats)
        action.setCheckable(command.is_on is not None)
        action.triggered.connect(lambda _checked, act=command.act: act())
        window.addAction(action)
        menu = menus[command.menu]
        assert menu is not None
        if command.begins:
            menu.addSeparator()
        menu.addAction(action)
        actions[command.text] = action
    return actions


def acts_of(commands: Sequence[Command]) -> dict[str, Callable[[], None]]:
    """Return what each command does, by its text."""
    return {command.text: command.act for command in commands}


def with_mnemonic(title: str, letter: str) -> str:
    """Return a menu's title with its letter marked for Qt; where it has none, one is added."""
    place = title.lower().find(letter.lower())
    return f"{title}(&{letter})" if place < 0 else f"{title[:place]}&{title[place:]}"


def show_switches(commands: Sequence[Command], actions: dict[str, QAction]) -> None:
    """Tick in the menus what is on, and let nothing be chosen that cannot be done."""
    for command in commands:
        if command.is_possible is not None:
            actions[command.text].setEnabled(command.is_possible())
        if command.is_on is not None:
            actions[command.text].setChecked(command.is_on())
