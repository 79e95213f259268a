from __future__ import annotations

from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtGui import QColor, QFontMetrics
from PyQt5.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, no_parser, wait_level

from mirror.live.display.display_options import DisplayOptions
from mirror.live.session.alerts import Alert
from mirror.live.session.live_metrics import Figures
from mirror.live.session.session_status import Sentence
from mirror.live.sources.source_choice import CameraChoice, FileChoice
from mirror.window.launch_settings import LaunchSettings
from mirror.window.layout.theme import RING
from mirror.window.main_window import MirrorWindow
from pipeline.result import FlowStatistics
from pipeline.sources.camera import CameraListing

LONG = "Saved /a/very/long/way/to/a/folder/" + "deep/" * 20 + "mirror-2026-01-01.png"


def resized(qtbot: QtBot, window: MirrorWindow, width: int, height: int) -> None:
    """Give a window a size, and wait until everything in it has its own."""
    inside = window.centralWidget()
    assert inside is not None
    before = inside.size()
    window.resize(width, height)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == (width, height))
    qtbot.waitUntil(lambda: inside.size() != before)
    for _ in range(3):  # a layout within a layout asks again
        QApplication.sendPostedEvents()


def place_of(window: MirrorWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def colours_of(widget: QWidget) -> list[QColor]:
    """Every colour along two lines through a widget."""
    image = widget.grab().toImage()
    across = [(x, image.height() // 2) for x in range(image.width())]
    down = [(image.width() // 2, y) for y in range(image.height())]
    return [QColor(image.pixel(x, y)) for x, y in across + down]


@pytest.fixture
def film(qtbot: QtBot, opened: Open, tmp_path: Path) -> MirrorWindow:
    """A window over a film that is held."""
    window = opened()
    path = write_video(tmp_path / "film.mp4", 10, rate=10, size=(64, 48))
    window.watch(FileChoice(path, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    window.bar.show_state("film.mp4", window.player, False)
    return window


def test_a_long_text_in_the_bar_is_shortened_and_widens_nothing(
    qtbot: QtBot, film: MirrorWindow
) -> None:
    resized(qtbot, film, 1000, 600)
    before = film.minimumSizeHint().width()
    film.bar.show_state(LONG, film.player, False)
    qtbot.waitUntil(lambda: film.bar.title.toolTip() == LONG)
    assert film.minimumSizeHint().width() == before
    assert film.width() == 1000
    assert film.bar.slider.width() >= 130


@pytest.mark.parametrize("with_panel", [False, True])
@pytest.mark.parametrize("size", [(480, 360), (500, 1500), (1280, 800)])
def test_a_window_of_any_size_shows_its_controls_within_it(
    qtbot: QtBot, film: MirrorWindow, size: tuple[int, int], with_panel: bool
) -> None:
    if with_panel:
        film.toggle_panel()
    resized(qtbot, film, *size)
    bar = film.bar
    shown = [bar.buttons["play"], bar.slider, bar.buttons["record"], bar.buttons["full"]]
    shown += [film.panel] if with_panel else [film.view]
    for widget in shown:
        assert widget.isVisible()
        assert film.rect().contains(place_of(film, widget))
    assert bar.slider.width() >= 130


def test_a_narrow_bar_folds_away_what_counts_least(qtbot: QtBot, film: MirrorWindow) -> None:
    resized(qtbot, film, 1280, 600)
    assert film.bar.speed.isVisible()
    assert film.bar.buttons["back"].isVisible()
    resized(qtbot, film, 480, 600)
    assert not film.bar.speed.isVisible()
    assert not film.bar.buttons["back"].isVisible()
    assert film.bar.title.isVisible()  # above the buttons
    assert place_of(film, film.bar.title).bottom() <= place_of(film, film.bar.slider).top()
    resized(qtbot, film, 1280, 600)
    assert film.bar.speed.isVisible()


def test_the_panel_is_where_there_is_room_for_it(qtbot: QtBot, film: MirrorWindow) -> None:
    film.toggle_panel()
    resized(qtbot, film, 1200, 700)
    assert place_of(film, film.panel).left() == place_of(film, film.view).right() + 1
    resized(qtbot, film, 500, 1200)
    assert place_of(film, film.panel).top() == place_of(film, film.view).bottom() + 1
    resized(qtbot, film, 480, 400)
    assert not place_of(film, film.view).intersects(place_of(film, film.panel))
    assert place_of(film, film.view).width() == 480
    resized(qtbot, film, 1200, 700)
    assert film.panel.width() == 380


def test_an_error_and_its_buttons_fit_a_narrow_window(qtbot: QtBot, film: MirrorWindow) -> None:
    film.report(RuntimeError("it broke " * 20))
    resized(qtbot, film, 480, 480)
    banner = film.pages.banner
    for widget in (banner.words, banner.again, banner.copy, banner.dismiss):
        assert film.rect().contains(place_of(film, widget))
    assert place_of(film, banner.again).top() > place_of(film, banner.words).bottom()


def test_an_error_with_a_way_back_widens_no_window(qtbot: QtBot, film: MirrorWindow) -> None:
    resized(qtbot, film, 480, 480)
    alert = Alert(Sentence("it broke"), "where", again="Try again", back="built-in")
    film.pages.banner.tell("it broke " * 20, alert)
    qtbot.waitUntil(film.pages.banner.isVisible)
    QApplication.sendPostedEvents()
    assert film.width() == 480


def test_the_page_without_a_picture_fits_a_narrow_window(qtbot: QtBot, opened: Open) -> None:
    window = opened(OSError("there is nothing to be seen here " * 5))
    window.watch(CAMERA)
    qtbot.waitUntil(window.pages.welcome.isVisible)
    resized(qtbot, window, 480, 480)
    for button in window.pages.welcome.buttons:
        assert window.rect().contains(place_of(window, button))


def test_a_camera_s_name_stands_beside_the_buttons_of_a_narrow_window(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    window.bar.show_state("camera 0", None, False)
    resized(qtbot, window, 480, 360)
    assert (
        place_of(window, window.bar.title).right()
        < place_of(window, window.bar.buttons["camera"]).left()
    )


@pytest.mark.usefixtures("dressed")
def test_the_panel_s_tabs_show_their_whole_names(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    window.toggle_panel()
    bar = window.panel.tabBar()
    assert bar is not None
    font = bar.font()
    assert font.bold() or font.weight() > font.Weight.Medium
    for place in range(bar.count()):
        needed = QFontMetrics(font).horizontalAdvance(bar.tabText(place)) + 2 * 9  # its padding
        assert bar.tabRect(place).width() >= needed
    assert bar.tabRect(bar.count() - 1).right() < window.panel.width()


@pytest.mark.usefixtures("dressed")
def test_the_source_page_has_one_column_of_lists(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    resized(qtbot, window, 1200, 900)
    window.toggle_panel()
    window.panel.setCurrentIndex(2)
    page = window.source
    boxes = (page.camera, page.resolution, page.rate, page.parser, page.runtime, page.workers)
    qtbot.waitUntil(lambda: len({box.geometry().left() for box in boxes}) == 1)
    assert len({box.width() for box in boxes}) == 1


def test_without_a_camera_nothing_of_a_camera_is_chosen(qtbot: QtBot, opened: Open) -> None:
    page = opened(HandFed()).source
    page.show_cameras([], None)
    assert not any(box.isEnabled() for box in (page.camera, page.resolution, page.rate))
    page.show_cameras([CameraListing(0, "desk")], FileChoice(Path("film.mp4")))
    assert page.camera.isEnabled()
    assert not any(box.isEnabled() for box in (page.resolution, page.rate))
    page.show_cameras([CameraListing(0, "desk")], CAMERA)
    assert all(box.isEnabled() for box in (page.camera, page.resolution, page.rate))


def test_a_camera_that_was_named_by_its_device_is_ticked_and_can_be_asked_for_another_size(
    qtbot: QtBot, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [CameraListing(0, "desk"), CameraListing(7, "ceiling")]
    monkeypatch.setattr("mirror.window.main_window.list_cameras", lambda: iter(there))
    monkeypatch.setattr("mirror.window.settings.source_dialogs.list_cameras", lambda: iter(there))
    window = opened(HandFed(), HandFed(), HandFed(), HandFed())
    window.watch(CameraChoice("/dev/video7"))
    page = window.source
    assert page.camera.currentText() == "ceiling"
    page.resolution.setCurrentIndex(1)
    page.resolution.activated.emit(1)
    assert window.session is not None
    assert window.session.choice == CameraChoice(7, (480, 640))
    window.watch(CameraChoice("/dev/video7"))
    window.chooser.next_camera()
    assert window.session.choice == CameraChoice(0)


def test_a_camera_that_the_system_does_not_list_cannot_be_asked_for_another_size(
    qtbot: QtBot, opened: Open
) -> None:
    page = opened(HandFed()).source
    page.show_cameras([CameraListing(0, "desk")], CameraChoice("/dev/video7"))
    assert page.camera.currentIndex() == -1
    assert not any(box.isEnabled() for box in (page.resolution, page.rate))


def test_a_camera_that_is_plugged_in_meanwhile_is_offered(
    qtbot: QtBot, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [CameraListing(0, "desk")]
    monkeypatch.setattr("mirror.window.main_window.list_cameras", lambda: iter(there))
    window = opened(HandFed(), HandFed())
    window.watch(CAMERA)
    assert window.source.camera.currentText() == "desk"
    there.append(CameraListing(1, "ceiling"))
    window.panel.setCurrentIndex(2)
    assert [window.source.camera.itemText(place) for place in (0, 1)] == ["desk", "ceiling"]
    window.watch(CameraChoice(1))
    assert window.source.camera.currentText() == "ceiling"


@pytest.mark.usefixtures("dressed")
@pytest.mark.parametrize("kind", [QToolButton, QPushButton, QCheckBox, QComboBox, QSlider])
def test_the_focus_looks_unlike_being_on_and_nothing_else_is_of_its_colour(
    qtbot: QtBot, kind: type[QWidget]
) -> None:
    control = kind()
    qtbot.addWidget(control)
    if isinstance(control, QToolButton | QPushButton | QCheckBox):
        control.setCheckable(True)
        control.setChecked(True)
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.show()
    qtbot.waitExposed(control)
    control.clearFocus()
    assert QColor(RING) not in colours_of(control)
    QApplication.setActiveWindow(control)
    control.setFocus(Qt.FocusReason.TabFocusReason)
    assert QColor(RING) in colours_of(control)


@pytest.mark.usefixtures("dressed")
def test_a_list_that_cannot_be_used_looks_so(qtbot: QtBot) -> None:
    box = QComboBox()
    box.addItem("auto")
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    before = colours_of(box)
    box.setEnabled(False)
    assert max(colour.lightness() for colour in colours_of(box)) < 120
    assert max(colour.lightness() for colour in before) > 200


@pytest.mark.usefixtures("dressed")
def test_a_figure_stands_on_its_name_s_line(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    window.toggle_panel()
    window.panel.setCurrentIndex(1)
    for value in window.panel.values:
        assert value.alignment() & Qt.AlignmentFlag.AlignVCenter


@pytest.mark.usefixtures("dressed")
def test_chinese_is_written_in_a_font_made_for_it(qtbot: QtBot, opened: Open) -> None:
    assert "Noto Sans CJK SC" in opened(HandFed()).font().families()


def test_the_first_window_fits_its_screen(qtbot: QtBot) -> None:
    window = MirrorWindow(LaunchSettings(no_parser(), DisplayOptions()))
    qtbot.addWidget(window)
    screen = window.screen()
    assert screen is not None
    assert window.width() < screen.availableSize().width()
    assert window.height() < screen.availableSize().height()


@pytest.mark.usefixtures("dressed")
def test_what_was_left_out_widens_no_panel(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    resized(qtbot, window, 1200, 900)
    window.toggle_panel()
    window.panel.setCurrentIndex(1)
    statistics = FlowStatistics(100, 90, 0, 1, 1, {"overtaken": 1234, "stale": 567}, ())
    window.panel.show_figures(Figures(statistics=statistics, unseen=89), (2, "cores"), 2)
    page = window.panel.currentWidget()
    assert isinstance(page, QScrollArea)
    inside = page.widget()
    assert inside is not None
    assert inside.minimumSizeHint().width() <= page.width()
