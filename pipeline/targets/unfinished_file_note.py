"""A note on an unfinished file, with the file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Self


class UnfinishedFileNote(str):
    """A remark on a part that a run left; whoever shows it may add how it is completed.

    Attributes:
        part: the unfinished file.
    """

    part: Path

    def __new__(cls, words: str, part: Path) -> Self:
        """Return the words, with the part that they are about."""
        made = super().__new__(cls, words)
        made.part = part
        return made

    def __getnewargs__(self) -> tuple[str, Path]:  # type: ignore[override]  # a copy needs both
        """Return what a copy is made of."""
        return str(self), self.part
