"""Makes the pictures of the window anew: ``python tests/tools/window_pictures.py``.

They go to docs/pictures. It plays the clip that ships, slowly, so that a busy machine leaves no
frame out, and grabs the window itself; no screen is needed. The film is held before each picture,
so frames a second and latency are not told.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from mirror.core.resources import media_file
from mirror.core.settings import load
from mirror.live.coaching.coach_options import NOT_COACHED, CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.sources.source_choice import FileChoice

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = (1200, 776)
_SPEED = 0.25
_WITHIN_S = 480.0


class Studio:
    """One window on the demo clip.

    Args:
        exercise: what is coached; None for nothing.
        size: width and height of the window.
    """

    def __init__(self, exercise: str | None = None, size: tuple[int, int] = SIZE) -> None:
        from mirror.window.app import application, dress
        from mirror.window.launch_settings import LaunchSettings
        from mirror.window.main_window import MirrorWindow

        self._app = application()
        dress(self._app)
        coach = NOT_COACHED if exercise is None else CoachOptions(exercise, hands_free=False)
        look = DisplayOptions(mirrored=False)
        self.window = MirrorWindow(LaunchSettings(load().parser, look, coach=coach))
        self.window.resize(*size)
        self.window.show()

    def play(self, until: Callable[[], bool]) -> None:
        """Play the demo clip until something is so, and hold it there."""
        self.window.watch(FileChoice(media_file("demo.mp4"), speed=_SPEED))
        self.wait(until)
        assert self.window.player is not None
        self.window.player.pause(True)
        self.pass_s(1.5)

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        give_up_at = time.monotonic() + _WITHIN_S
        while not until():
            assert time.monotonic() < give_up_at, "it did not come about in time"
            self._app.processEvents()
            time.sleep(0.005)

    def pass_s(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= end)

    def grab(self, name: str) -> None:
        """Write what the window shows, and close it."""
        self.window.grab().save(str(PICTURES / name))
        self.window.close()
        path = PICTURES / name
        image = cv2.imread(str(path))
        assert image is not None
        if path.suffix == ".png":
            cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        print(f"{path.name}: {image.shape[1]} x {image.shape[0]}, {path.stat().st_size >> 10} KB")

    def has_parsed(self, media_s: float) -> bool:
        """Whether the picture at a second of the film is shown with its mask."""
        frame, rendered = self.window.shown.frame, self.window.shown.rendered
        has_mask = rendered is not None and rendered.pair.result is not None
        return has_mask and frame is not None and (frame.media_time or 0) >= media_s

    def has_previews(self) -> bool:
        """Whether every effect shows what it would make of the picture."""
        tiles = self.window.panel.effects.tiles.values()
        return not any(tile.icon().isNull() for tile in tiles)

    def is_corrected(self) -> bool:
        """Whether somebody who has done at least two is told what to do better, and nobody else."""
        session = self.window.session
        coach = None if session is None else session.coaching.coach
        moment = None if coach is None else coach.newest
        if moment is None or moment.coached.cue is None:
            return False
        counted = [one for one in moment.coached.people.values() if one.count]
        return len(counted) == 1 and counted[0].count >= 2 and bool(counted[0].faults)


def plain() -> None:
    """The window with the panel for parts and drawing."""
    studio = Studio()
    studio.window.toggle_panel()
    studio.play(lambda: studio.has_parsed(2.0))
    studio.grab("window.jpg")


def figures() -> None:
    """The panel with all figures."""
    studio = Studio()
    studio.window.toggle_panel()
    studio.window.panel.setCurrentIndex(1)
    studio.play(lambda: studio.has_parsed(3.0))
    studio.grab("figures.jpg")


def effects() -> None:
    """Two effects, and the page of effects with what can be chosen of them."""
    studio = Studio(size=(1200, 1000))
    studio.window.toggle_panel()
    studio.window.panel.setCurrentIndex(studio.window.panel.count() - 1)
    for name in ("blur", "recolour"):
        studio.window.panel.effects.tiles[name].click()
    studio.play(lambda: studio.has_parsed(3.0))
    studio.wait(studio.has_previews)
    studio.grab("effects-page.jpg")


def full_screen() -> None:
    """A workout in full screen."""
    studio = Studio("lateral-leg-raise")
    studio.window.around.toggle_full_screen()
    studio.play(studio.is_corrected)
    studio.grab("full-screen.jpg")


def session() -> None:
    """A workout in the window, with the coach's page."""
    studio = Studio("lateral-leg-raise")
    studio.window.toggle_panel()
    studio.window.panel.setCurrentIndex(3)
    studio.play(studio.is_corrected)
    studio.grab("session.jpg")


def coached() -> None:
    """A frame as the coach draws it, without a window round it."""
    studio = Studio("lateral-leg-raise", (720, 920))
    studio.play(studio.is_corrected)
    shown = studio.window.view.picture
    assert shown is not None
    path = PICTURES / "coached.jpg"
    cv2.imwrite(str(path), shown.image[..., :3], [cv2.IMWRITE_JPEG_QUALITY, 85])
    studio.window.close()
    print(f"{path.name}: {path.stat().st_size >> 10} KB")


def start_page() -> None:
    """The first page."""
    studio = Studio()
    studio.window.go_home()
    studio.pass_s(0.5)
    studio.grab("start-page.png")


MADE: dict[str, Callable[[], None]] = {
    "plain": plain,
    "figures": figures,
    "effects": effects,
    "full-screen": full_screen,
    "session": session,
    "coached": coached,
    "start-page": start_page,
}


def main() -> None:
    """Make those that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(MADE))
    names = parser.parse_args().names or list(MADE)
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    cv2.setNumThreads(1)
    for name in names:
        MADE[name]()


if __name__ == "__main__":
    main()
