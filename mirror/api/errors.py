"""What a program does wrong with the library; each is also the built-in error that it resembles."""

from __future__ import annotations

from mirror.core.errors import MirrorError


class ImageRefused(MirrorError, ValueError):
    """An image has another shape, type or order than expected; says what came."""


class NoSuchName(MirrorError, KeyError):
    """A landmark, part or person is asked for that is not there; says what is."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would put it in quotation marks


class PackageMissing(MirrorError, ImportError):
    """A package that only some need is not installed; says how to install it."""
