"""What the system and FFmpeg say of files and networks, in the window's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mirror.live.gettext_noop import N_

REASONS: Final[Mapping[str, str]] = {
    "Connection refused": N_("Connection refused"),
    "Connection reset by peer": N_("Connection reset by peer"),
    "Connection timed out": N_("Connection timed out"),
    "End of file": N_("End of file"),
    "File exists": N_("a file is in the way"),
    "File name too long": N_("File name too long"),
    "Immediate exit requested": N_("Immediate exit requested"),
    "Input/output error": N_("Input/output error"),
    "Invalid argument": N_("Invalid argument"),
    "Invalid data found when processing input": N_("Invalid data found when processing input"),
    "Network is unreachable": N_("Network is unreachable"),
    "No route to host": N_("No route to host"),
    "No space left on device": N_("the disk is full"),
    "No such file or directory": N_("it is not there"),
    "Not a directory": N_("a file is in the way"),
    "Permission denied": N_("permission denied"),
    "Protocol not found": N_("Protocol not found"),
    "Read-only file system": N_("nothing may be written to this disk"),
    "Server returned 401 Unauthorized (authorization failed)": N_("wrong user name or password"),
    "Server returned 403 Forbidden (access denied)": N_("access denied"),
    "Server returned 404 Not Found": N_("there is no such address"),
}
