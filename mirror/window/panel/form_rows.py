"""Rows of the panel's forms, whose grids have a column of names and one of fields."""

from __future__ import annotations

from PyQt5.QtWidgets import QGridLayout, QLabel, QWidget


def add_row(form: QGridLayout, text: str, field: QWidget) -> None:
    """Add a field below all others, with its name beside it and for screen readers."""
    label = QLabel(text)
    label.setBuddy(field)
    field.setAccessibleName(text)
    place = form.rowCount()
    form.addWidget(label, place, 0)
    form.addWidget(field, place, 1)


def add_across(form: QGridLayout, widget: QWidget) -> None:
    """Add something below all others that takes the whole width."""
    form.addWidget(widget, form.rowCount(), 0, 1, 2)
