"""The words of Qt's own dialogs in the user's language."""

from __future__ import annotations

from PyQt5.QtCore import QCoreApplication, QLibraryInfo, QTranslator


def speak(language: str) -> None:
    """Have Qt's dialogs speak a language from now on; English where Qt has no file for it."""
    app = QCoreApplication.instance()
    if app is None:
        return
    for spoken in app.findChildren(QTranslator):
        app.removeTranslator(spoken)
        spoken.deleteLater()
    translator = QTranslator(app)
    folder = QLibraryInfo.location(QLibraryInfo.LibraryLocation.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        app.installTranslator(translator)
