"""How an address is named where it can be read: without user name, password and keys."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_IN_QUERY = re.compile(  # cameras and relays are also told who asks behind the question mark
    r"([?&;][^=&;#]*(?:user|usr|login|pass|pwd|pw|token|key|auth|secret|sig)[^=&;#]*=)[^&;#]*",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Return a text with addresses in it as it may be shown to anybody."""
    return _ADDRESS.sub(lambda found: named(found[0]), text)


def named(address: str) -> str:
    """Return an address as it may be shown; a password may hold what ends one within a text."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    if "@" in host:
        rest = host.rpartition("@")[2] + rest[len(host) :]
    elif "@" in rest and not _is_port(host):  # a password with an unescaped slash in it
        rest = rest.rpartition("@")[2]
    place, mark, query = rest.partition("?")
    return f"{scheme}://{place}" + _IN_QUERY.sub(r"\1…", mark + query)


def _is_port(host: str) -> bool:
    """Whether what stands behind a host's last colon, if there is one, can be a port."""
    _, colon, port = host.rpartition(":")
    return not colon or port.isdigit() or host.endswith("]")
