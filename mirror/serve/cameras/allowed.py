"""Which cameras clients may have opened: those of a list, and nothing that only looks like them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.sources.camera import device_of

# plain enough that no two programs read it differently: no second @, no backslash, no fragment
_ADDRESS = re.compile(
    r"(?P<scheme>https?|rtsps?)://(?:[\w.~%!$&'()*+,;=-]+(?::[\w.~%!$&'()*+,;=-]*)?@)?"
    r"(?P<host>[\w.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[\w.~!$&'()*+,;=:-]*)*)(?:\?[\w.~%!$&'()*+,;=:/-]*)?",
    re.ASCII | re.IGNORECASE,
)
_PORTS = {"http": "80", "https": "443", "rtsp": "554", "rtsps": "322"}


def is_source(source: str) -> bool:
    """Whether a text can name a camera: its index, its device, or an http or rtsp address."""
    return device_of(source) is not None or _place(source) is not None


def is_allowed(source: str, allowed: Iterable[str]) -> bool:
    """Whether clients may have a camera opened.

    Args:
        source: an index, a device or an address.
        allowed: the same of those that may be; an address that ends in a slash stands for all that
            begin with it. User names and passwords do not count.
    """
    return any(_matches(source, entry) for entry in allowed)


def _matches(source: str, entry: str) -> bool:
    place, allowed = _place(source), _place(entry)
    if place is None or allowed is None:
        return source == entry and device_of(source) is not None
    (*server, path), (*allowed_server, start) = place, allowed
    if server != allowed_server:
        return False
    return path == start or (start.endswith("/") and path.startswith(start))


def _place(address: str) -> tuple[str, str, str, str] | None:
    """An address' scheme, host, port and path; None where it is none that everybody reads alike."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    scheme, path = found["scheme"].lower(), found["path"] or "/"
    if {".", ".."} & set(path.split("/")):
        return None
    return scheme, found["host"].lower(), found["port"] or _PORTS[scheme], path
