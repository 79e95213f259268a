"""What whoever started the process is told of it: systemd's ``Type=notify``."""

from __future__ import annotations

import contextlib
import os
import socket

_SOCKET = "NOTIFY_SOCKET"


def tell(state: str) -> None:
    """Say how it is, such as ``READY=1`` or ``STOPPING=1``, if somebody wants to know.

    The protocol is sd_notify(3)'s: a datagram to the socket that a variable names.
    """
    address = os.environ.get(_SOCKET, "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    with (
        contextlib.suppress(OSError),  # nobody is there any more
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager,
    ):
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.sendall(state.encode())
