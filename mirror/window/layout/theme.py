"""How the window looks: dark, so that the picture is what is seen."""

from __future__ import annotations

from PyQt5.QtGui import QColor, QPalette

INK, DIM = "#eef2f6", "#93a1b0"
GROUND, SURFACE, RAISED, EDGE = "#07090b", "#12161b", "#1c2229", "#2a323c"
FAINT = "#56616d"  # of what cannot be used now
ACCENT, ALARM, CAUTION = "#35a7ff", "#ff4d55", "#f5b642"
SELECTED = "#143450"
RING = "#ffe08a"  # around what has the focus; nothing else is of this colour

# one colour a stage: waits are grey, work is coloured
STAGE_COLOURS = {
    "queue": "#4a5563",
    "prepare": "#3fbf6b",
    "wait": "#5f6b7a",
    "parse": "#35a7ff",
    "reorder": "#747f8d",
    "settle": "#8a7bff",
    "hold": "#818a97",
    "draw": "#f5b642",
    "show": "#8d97a4",
}

SHEET = f"""
* {{ color: {INK}; font-size: 14px; }}
QMainWindow, QStackedWidget {{ background: {GROUND}; }}
QDialog, QWidget#bar, QWidget#panel, QScrollArea#panel, QMenuBar {{ background: {SURFACE}; }}
QWidget#bar {{ border-top: 1px solid {EDGE}; }}
QScrollArea#panel {{ border: 2px solid {SURFACE}; }}
QWidget#popup {{ background: {RAISED}; border: 1px solid {EDGE}; }}
QLabel#dim {{ color: {DIM}; }}
QLabel#section {{ color: {DIM}; font-size: 12px; font-weight: 600; letter-spacing: 1px;
    padding-top: 8px; }}
QLabel {{ padding-bottom: 2px; }}
QLabel#title {{ min-height: 52px; qproperty-indent: 4; font-size: 34px; font-weight: 700; }}
QLabel#notice, QLabel#toast {{
    background: rgba(7, 9, 11, 190); border-radius: 8px; font-weight: 600;
}}
QLabel#toast {{ background: rgba(20, 52, 80, 230); border: 1px solid {ACCENT}; }}
QLabel#value {{ font-weight: 600; }}
QFrame#banner {{ background: #3a2a12; border-bottom: 1px solid {CAUTION}; }}
QFrame#banner[tone="plain"] {{ background: {RAISED}; border-bottom: 1px solid {EDGE}; }}
QFrame#banner[tone="alarm"] {{ background: #3d161a; border-bottom: 1px solid {ALARM}; }}
QPushButton, QToolButton, QComboBox, QLineEdit, QDoubleSpinBox, QSpinBox {{
    background: {RAISED}; border: 1px solid {EDGE}; border-radius: 8px;
    padding: 7px 14px; min-height: 20px;
}}
QToolButton {{ padding: 7px 9px; }}
QPushButton:hover, QToolButton:hover, QComboBox:hover {{ background: {EDGE}; }}
QPushButton:default, QPushButton#primary {{
    background: {ACCENT}; color: #03131f; border-color: {ACCENT};
}}
QToolButton:checked {{ background: {SELECTED}; border-color: #1f5f92; }}
QToolButton#effect {{ padding: 5px 4px; font-size: 12px; min-height: 108px; }}
QToolButton#effect:focus {{ padding: 4px 3px; }}
QToolButton#effect:checked {{ border: 2px solid {ACCENT}; padding: 4px 3px; }}
QScrollArea#home, QWidget#home {{ background: {GROUND}; }}
QPushButton#tile {{ border-radius: 16px; padding: 0; text-align: left; background: {SURFACE}; }}
QPushButton#tile:hover {{ border-color: {ACCENT}; background: {RAISED}; }}
QPushButton#tile:focus {{ border: 2px solid {RING}; padding: 0; }}
QLabel#tile-title {{ font-size: 19px; font-weight: 700; }}
QPushButton#link {{
    background: transparent; border-color: transparent; color: {ACCENT}; padding: 7px 4px;
}}
QPushButton#link:hover {{ text-decoration: underline; }}
QPushButton:focus, QComboBox:focus, QLineEdit:focus, QDoubleSpinBox:focus, QSpinBox:focus {{
    border: 2px solid {RING}; padding: 6px 13px;
}}
QPushButton:default:disabled {{ background: {SELECTED}; color: {DIM}; }}
QPushButton#primary:focus, QPushButton:default:focus {{ border: 2px solid {RING}; }}
QToolButton:focus {{ border: 2px solid {RING}; padding: 6px 8px; }}
QCheckBox:focus, QSlider:focus {{ border: 2px solid {RING}; }}
QScrollArea#panel:focus {{ border-color: {RING}; }}
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled, QLabel:disabled,
QCheckBox:disabled, QMenu::item:disabled {{ color: {FAINT}; }}
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled {{
    background: {SURFACE}; border-color: {RAISED};
}}
QToolButton::menu-indicator {{ image: none; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox::drop-down {{ border: 0; width: 26px; }}
QComboBox::down-arrow {{
    width: 0; height: 0; margin-right: 10px; border-left: 5px solid {RAISED};
    border-right: 5px solid {RAISED}; border-top: 6px solid {DIM};
}}
QComboBox::down-arrow:disabled {{
    border-left-color: {SURFACE}; border-right-color: {SURFACE}; border-top-color: {EDGE};
}}
QComboBox::down-arrow:hover {{ border-left-color: {EDGE}; border-right-color: {EDGE}; }}
QMenu {{ background: {RAISED}; border: 1px solid {EDGE}; }}
QMenu::item {{ padding: 7px 28px 7px 22px; }}
QMenu::item:selected, QMenuBar::item:selected {{ background: {EDGE}; }}
QMenu::separator {{ height: 1px; background: {EDGE}; margin: 4px 0; }}
QMenuBar::item {{ padding: 6px 12px; background: transparent; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QTabWidget::pane {{ border: 0; border-left: 1px solid {EDGE}; }}
QTabBar {{ background: {SURFACE}; border-left: 1px solid {EDGE}; font-weight: 600; }}
QTabBar::tab {{
    background: {SURFACE}; color: {DIM}; padding: 12px 9px 9px;
    border: 0; border-bottom: 3px solid transparent;
}}
QTabBar::tab:selected {{ color: {INK}; border-bottom-color: {ACCENT}; }}
QTabBar::tab:selected:focus {{ color: {RING}; border-bottom-color: {RING}; }}
QCheckBox::indicator {{
    width: 12px; height: 12px; border-radius: 4px; border: 2px solid {DIM}; background: transparent;
}}
QCheckBox::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT}; }}
QCheckBox {{ spacing: 10px; padding: 2px; border: 2px solid transparent; border-radius: 6px; }}
QSlider {{ border: 2px solid transparent; border-radius: 6px; min-height: 24px; }}
QSlider::groove:horizontal {{ height: 4px; background: {EDGE}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {ACCENT}; border-radius: 2px; }}
QSlider::handle:horizontal {{
    width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: {INK};
}}
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{
    background: {EDGE};
}}
QAbstractItemView {{
    background: {SURFACE}; border: 1px solid {EDGE}; alternate-background-color: {RAISED};
    selection-background-color: {SELECTED}; selection-color: {INK};
}}
QFileDialog QAbstractItemView:focus {{ border-color: {RING}; }}
QHeaderView {{ background: {SURFACE}; }}
QHeaderView::section {{
    background: {RAISED}; color: {DIM}; border: 0; border-right: 1px solid {EDGE}; padding: 5px 8px;
}}
QScrollBar:vertical {{ background: {SURFACE}; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {EDGE}; border-radius: 5px; min-height: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QComboBox QAbstractItemView {{ background: {RAISED}; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: 32px; border: 0; padding-left: 10px; }}
QToolTip {{ background: {RAISED}; color: {INK}; border: 1px solid {EDGE}; padding: 4px; }}
"""


def dark() -> QPalette:
    """Return the colours of what the sheet has no rule for, such as lists in a file dialog."""
    roles = {
        INK: ("WindowText", "Text", "ButtonText", "BrightText", "HighlightedText", "ToolTipText"),
        GROUND: ("Window", "Shadow"),
        SURFACE: ("Base", "Dark"),
        RAISED: ("AlternateBase", "Button", "ToolTipBase", "Mid"),
        EDGE: ("Light", "Midlight"),
        SELECTED: ("Highlight",),
        ACCENT: ("Link", "LinkVisited"),
        DIM: ("PlaceholderText",),
    }
    palette = QPalette()
    for colour, names in roles.items():
        for name in names:
            palette.setColor(getattr(QPalette.ColorRole, name), QColor(colour))
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(FAINT))
    return palette
