"""What each menu and key of the window does: the table, with its wiring."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Protocol

from mirror.core.label_set import LabelSet
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.viewport import FITS
from mirror.live.gettext_noop import N_
from mirror.live.sources.media_player import Player
from mirror.live.translations import LANGUAGES
from mirror.window.layout.chrome import WindowChrome
from mirror.window.menus.actions import Command
from mirror.window.pages.beginnings import Beginnings
from mirror.window.panel.side_panel import SidePanel
from mirror.window.playback.capture_controller import CaptureController
from mirror.window.playback.coach_controller import CoachController
from mirror.window.playback.shown_picture import ShownPicture
from mirror.window.settings.capture_folder_dialog import CaptureFolderDialog
from mirror.window.settings.source_dialogs import SourceDialogs

_SWITCHES = {  # a look's field -> what its command is called, and its key
    "mirrored": (N_("Mirrored"), "M"),
    "overlay": (N_("Colours"), "O"),
    "outlines": (N_("Outlines"), "U"),
    "landmarks": (N_("Joints and bones"), "J"),
    "side_by_side": (N_("Side by side"), "B"),
}
_FITS = dict(
    zip(FITS, ((N_("Fit"), "1"), (N_("Fill"), "2"), (N_("Pixel for pixel"), "3")), strict=True)
)
_LABELS = ("none", "people", "parts")


class Commanded(Protocol):
    """What commands act on: the window, as far as menus and keys reach it.

    Attributes:
        chooser: asks what to look at.
        capture: saves pictures and recordings.
        place: where they are saved.
        begin: with a camera, a video or a workout.
        trainer: switches the coach, and begins and ends sets.
        shown: the picture, and what can be done with it.
        around: what stands around the picture.
        panel: beside it.
        language: the one that is spoken.
    """

    chooser: SourceDialogs
    capture: CaptureController
    place: CaptureFolderDialog
    begin: Beginnings
    trainer: CoachController
    shown: ShownPicture
    around: WindowChrome
    panel: SidePanel
    language: str

    @property
    def look(self) -> DisplayOptions: ...  # noqa: D102

    @property
    def player(self) -> Player | None: ...  # noqa: D102

    @property
    def parts(self) -> LabelSet: ...  # noqa: D102

    def set_look(self, look: DisplayOptions) -> None: ...  # noqa: D102

    def set_language(self, language: str) -> None: ...  # noqa: D102

    def try_again(self) -> None: ...  # noqa: D102

    def go_home(self) -> None: ...  # noqa: D102

    def save_picture(self) -> None: ...  # noqa: D102

    def toggle_recording(self) -> None: ...  # noqa: D102

    def toggle_voice(self) -> None: ...  # noqa: D102

    def copy_figures(self) -> None: ...  # noqa: D102

    def toggle_panel(self) -> None: ...  # noqa: D102

    def isFullScreen(self) -> bool: ...  # noqa: D102

    def show_keys(self) -> None: ...  # noqa: D102

    def reset(self) -> None: ...  # noqa: D102

    def close(self) -> bool: ...  # noqa: D102


def commands_of(window: Commanded) -> tuple[Command, ...]:
    """Return everything that a window can do."""
    return (
        Command("File", "Start page", ("Ctrl+H",), window.go_home),
        Command("File", "Open a video…", ("Ctrl+O",), window.chooser.open_file, begins=True),
        Command("File", "Open an address…", ("Ctrl+L",), window.chooser.open_address),
        Command("File", "Next camera", ("C",), window.chooser.next_camera),
        Command("File", "Play the demo clip", ("D",), window.chooser.open_demo),
        Command("File", "Demo workout", ("Shift+D",), window.begin.open_demo_workout),
        Command("File", "Try again", ("F5",), window.try_again),
        Command("File", "Save the picture", ("S",), window.save_picture,
                is_possible=lambda: window.shown.can_save, begins=True),
        Command("File", "Record", ("R",), window.toggle_recording,
                lambda: window.capture.is_recording,
                is_possible=lambda: window.shown.can_record),
        Command("File", "Folder for pictures and recordings…", (), window.place.choose),
        Command("File", "Show the folder", (), window.place.show),
        Command("File", "Copy figures as JSON", ("Ctrl+Shift+C",), window.copy_figures),
        Command("File", "Quit", ("Ctrl+Q",), lambda: _close(window), begins=True),
        *_picture(window),
        *_play(window),
        *_coach(window),
        *_view(window),
        Command("Help", "Keys", ("?", "F1"), window.show_keys),
        Command("Help", "About", (), window.begin.show_about),
        Command("Help", "Forget all settings", (), window.reset, begins=True),
    )  # fmt: skip


def _view(window: Commanded) -> list[Command]:
    def page(place: int) -> Callable[[], None]:
        return lambda: window.around.show_page(place)  # made anew with every language

    def is_spoken(language: str) -> Callable[[], bool]:
        return lambda: window.language == language

    pages = (
        *(N_("Parts and drawing"), N_("Figures")),
        *(N_("Source and parser"), N_("Exercise and sets")),
    )
    return [
        Command(
            "View", "Panel", ("I", "F9"), window.toggle_panel, lambda: window.panel.isVisible()
        ),
        *(
            Command("View", text, (f"Ctrl+{place + 1}",), page(place))
            for place, text in enumerate(pages)
        ),
        Command("View", "Full screen", ("F", "F11"), lambda: window.around.toggle_full_screen(),
                window.isFullScreen, begins=True),
        Command("View", "Leave full screen", ("Esc",), lambda: window.around.leave_full_screen()),
        *(
            Command("View", name, (), functools.partial(window.set_language, language),
                    is_spoken(language), begins=language == "en")
            for language, name in LANGUAGES.items()
        ),
    ]  # fmt: skip


def _picture(window: Commanded) -> list[Command]:
    found = [
        Command("Picture", text, (key,), _toggler(window, field), _reader(window, field))
        for field, (text, key) in _SWITCHES.items()
    ]
    found += [
        Command(
            "Picture",
            text,
            (key,),
            functools.partial(_change, window, "fit", fit),
            functools.partial(_is, window, "fit", fit),
            begins=fit == FITS[0],
        )
        for fit, (text, key) in _FITS.items()
    ]
    return [
        *found,
        Command("Picture", "Masks on the newest frame", ("E",), lambda: _swap_mode(window),
                lambda: window.look.mode == "live", begins=True),
        Command("Picture", "Labels", ("N",), lambda: _next_labels(window)),
        Command("Picture", "Palette", ("P",), lambda: _next_palette(window)),
        Command("Picture", "More opaque", ("]",), lambda: _more_opaque(window, 0.1),
                repeats=True, begins=True),
        Command("Picture", "Less opaque", ("[",), lambda: _more_opaque(window, -0.1),
                repeats=True),
    ]  # fmt: skip


def _coach(window: Commanded) -> list[Command]:
    trainer = window.trainer

    def is_on() -> bool:
        return trainer.options.is_on

    return [
        Command("Coach", "Coach me", ("T",), trainer.toggle, is_on),
        Command("Coach", "Start or pause the set", ("G",), lambda: trainer.ask("toggle"),
                is_possible=is_on, begins=True),
        Command("Coach", "End the set", ("X",), lambda: trainer.ask("end"), is_possible=is_on),
        Command("Coach", "Replay the last ten seconds", ("L",), trainer.replay,
                is_possible=trainer.can_replay),
        Command("Coach", "A raised hand starts and stops", ("H",), trainer.toggle_hands,
                lambda: trainer.options.hands_free, begins=True),
        Command("Coach", "Say it aloud", ("V",), window.toggle_voice, lambda: trainer.speaks),
    ]  # fmt: skip


def _play(window: Commanded) -> list[Command]:
    def controlled(act: Callable[[Player], None]) -> Callable[[], None]:
        def run() -> None:
            if (player := window.player) is not None:
                act(player)

        return run

    def loops() -> bool:
        return window.player is not None and window.player.loops

    again = {"Frame on", "Frame back", "5 seconds on", "5 seconds back", "Faster", "Slower"}
    return [
        Command(
            *("Play", text, keys, controlled(act)),
            is_on=loops if text == "Loop" else None,
            repeats=text in again,
            is_possible=lambda: window.player is not None,
            begins=text in ("Frame on", "Faster"),
        )
        for text, keys, act in (
            (N_("Play or pause"), ("Space", "K"), lambda player: player.pause(not player.paused)),
            (N_("Loop"), ("Y",), lambda player: player.set_loops(not player.loops)),
            (N_("Frame on"), (".",), lambda player: player.step(1)),
            (N_("Frame back"), (",",), lambda player: player.step(-1)),
            (N_("5 seconds on"), ("Right",), lambda player: player.seek(player.position_s + 5)),
            (N_("5 seconds back"), ("Left",), lambda player: player.seek(player.position_s - 5)),
            (N_("To the beginning"), ("Home",), lambda player: player.seek(0.0)),
            (N_("Faster"), ("+", "="), lambda player: player.set_speed(player.next_speed(1))),
            (N_("Slower"), ("-",), lambda player: player.set_speed(player.next_speed(-1))),
        )
    ]


def _change(window: Commanded, field: str, value: object) -> None:
    window.set_look(dataclasses.replace(window.look, **{field: value}))  # type: ignore[arg-type]


def _is(window: Commanded, field: str, value: object) -> bool:
    return bool(getattr(window.look, field) == value)


def _toggler(window: Commanded, field: str) -> Callable[[], None]:
    return lambda: _change(window, field, not getattr(window.look, field))


def _reader(window: Commanded, field: str) -> Callable[[], bool]:
    return lambda: bool(getattr(window.look, field))


def _swap_mode(window: Commanded) -> None:
    _change(window, "mode", "exact" if window.look.mode == "live" else "live")


def _next_labels(window: Commanded) -> None:
    place = _LABELS.index(window.look.labels)
    _change(window, "labels", _LABELS[(place + 1) % len(_LABELS)])


def _next_palette(window: Commanded) -> None:
    names = list(window.parts.palettes)
    place = names.index(window.look.palette) if window.look.palette in names else 0
    _change(window, "palette", names[(place + 1) % len(names)])


def _more_opaque(window: Commanded, step: float) -> None:
    _change(window, "opacity", round(min(1.0, max(0.0, window.look.opacity + step)), 2))


def _close(window: Commanded) -> None:
    window.close()
