"""How an address is named where it can be read: without user name, password and keys."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_IN_QUERY = re.compile(  # cameras and relays are also told who asks behind the question mark
    r"([?&;][^=&;#]*(?:user|usr|login|pass|pwd|pw|token|key|auth|secret|sig)[^=&;#]*=)[^&;#]*",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Return an address, or a text with addresses in it, as it may be shown to anybody."""
    return _ADDRESS.sub(lambda found: _named(found[0]), text)


def _named(address: str) -> str:
    scheme, _, rest = address.partition("://")
    place, mark, query = rest.partition("?")
    host, _, _ = place.partition("/")
    if "@" in host:
        place = host.rpartition("@")[2] + place[len(host) :]
    elif "@" in place and not _is_port(host):  # a password with an unescaped slash in it
        place = place.rpartition("@")[2]
    return f"{scheme}://{place}" + _IN_QUERY.sub(r"\1…", mark + query)


def _is_port(host: str) -> bool:
    """Whether what stands behind a host's last colon, if there is one, can be a port."""
    _, colon, port = host.rpartition(":")
    return not colon or port.isdigit() or host.endswith("]")
