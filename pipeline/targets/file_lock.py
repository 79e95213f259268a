"""Locks on files and folders that vanish with the processes that hold them."""

from __future__ import annotations

import sys

if sys.platform == "win32":

    def take(descriptor: int, wait: bool = True, shared: bool = False) -> bool | None:
        """None: Windows has no such locks; folders cannot be locked, nor descriptors inherited."""
        return None

else:
    import fcntl

    def take(descriptor: int, wait: bool = True, shared: bool = False) -> bool | None:
        """Lock what a descriptor stands for, until the last copy of that is closed.

        A process that is killed closes its own; one that inherited a copy holds the lock, too.

        Args:
            descriptor: of an open file or folder.
            wait: until the lock is to be had.
            shared: with others who share it; otherwise nobody else has it.

        Returns:
            Whether it was to be had; None on a file system without locks.
        """
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
