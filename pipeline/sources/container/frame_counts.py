"""How many frames a source promised, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

TOLERATED = 0.01  # the share of promised frames that may be missing without failing a run


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """What came of a source, in frames.

    Attributes:
        promised: how many there should be by the source's index or header; None: it does not say.
        read: how many could be read, whether or not they could be decoded.
        damaged: how many of those could not be decoded, and are not delivered.
        flawed: how many are delivered although the decoder calls them damaged.
        gaps: at how many places it could not be read, with more that could after it.
        broken_off: whether reading ended at an error rather than at the source's end.
    """

    promised: int | None = None
    read: int = 0
    damaged: int = 0
    flawed: int = 0
    gaps: int = 0
    broken_off: bool = False

    @property
    def missing(self) -> int:
        """How many were promised and could not even be read."""
        return max(0, (self.promised or 0) - self.read)

    @property
    def is_complete(self) -> bool:
        """Whether all that was promised was read, but for one frame in a hundred."""
        if self.promised is None:
            return not self.broken_off
        return self.missing < TOLERATED * self.promised or not self.missing

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know of it, one sentence each."""
        found = []
        if self.damaged:
            found.append(f"{self.damaged} damaged frames could not be decoded and were skipped")
        if self.flawed:
            found.append(f"{self.flawed} damaged frames are shown as far as they could be decoded")
        if self.gaps:
            found.append(
                f"at {self.gaps} places the input could not be read, and frames may be missing"
            )
        if self.missing:
            found.append(
                f"{self.missing} of {self.promised} frames that the input promises are not in it"
            )
        elif self.broken_off:
            found.append("the input breaks off: what comes after its last frame cannot be read")
        return tuple(found)

    def first(self, limit: int) -> FrameCounts:
        """Return the counts where no more than so many frames were wanted."""
        if self.read >= limit:
            return replace(self, promised=limit, broken_off=False)
        return self if self.promised is None else replace(self, promised=min(limit, self.promised))


@runtime_checkable
class Counted(Protocol):
    """A source that counts what comes of it."""

    @property
    def counts(self) -> FrameCounts | None:
        """What there was, and what came of it; complete when the iteration is."""
        ...


def counts_of(source: object) -> FrameCounts | None:
    """Return a source's counts; None where it keeps none."""
    return source.counts if isinstance(source, Counted) else None
