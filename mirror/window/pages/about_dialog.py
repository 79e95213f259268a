"""What this is, which version, and under which licences."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mirror.live.readout import Say
from mirror.version import __version__
from mirror.window.layout.emblem import emblem
from mirror.window.plain_text import plain

_WIDE = 520
LICENCES = (  # of what the window is made with: name, licence
    ("Smart Mirror", "Apache-2.0"),
    ("MoveNet, BlazePose (Google)", "Apache-2.0"),
    ("NanoDet (RangiLyu)", "Apache-2.0"),
    ("ONNX Runtime", "MIT"),
    ("OpenCV", "Apache-2.0"),
    ("NumPy", "BSD-3-Clause"),
    ("PyAV, FFmpeg", "BSD-3-Clause, GPL"),
    ("PyQt5, Qt", "GPL-3.0, LGPL-3.0"),
    ("pose2sim (demo clip)", "BSD-3-Clause"),
)


class AboutDialog(QDialog):
    """Shows version and licences; Esc closes it."""

    def __init__(self, parent: QWidget, say: Say) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("About"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sign, name = QLabel(), QLabel("Smart Mirror")
        sign.setPixmap(emblem(56))
        name.setObjectName("title")
        head = QHBoxLayout()
        head.addWidget(sign)
        head.addWidget(name, 1)
        version = say("Version {version}. Nothing leaves this computer.")
        told = "\n".join(f"{what}: {licence}" for what, licence in LICENCES)
        self.words = plain(QLabel(f"{version.format(version=__version__)}\n\n{told}"))
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox()
        close = buttons.addButton(say("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addWidget(buttons)
        self.setMinimumWidth(min(_WIDE, parent.width()))
        if close is not None:
            close.setFocus()
