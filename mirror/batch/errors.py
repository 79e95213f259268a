"""What can be wrong with a batch as a whole, or with one of its recordings."""

from __future__ import annotations

from mirror.core.errors import MirrorError


class BatchError(MirrorError):
    """A batch cannot be begun, or something of it came to nothing."""


def not_read(what: str, error: Exception) -> BatchError:
    """Return what is said of something that the system, or a store's library, refuses to read."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return BatchError("batch.not_read", "{what} cannot be read: {reason}", what=what, reason=reason)
