"""Addresses: which there are, and how one is named where it can be read, without its secrets."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import SourceError

_WEB = "http,https,tcp,tls,httpproxy,crypto"  # a stream in pieces is many files
_PROTOCOLS = {  # what an address begins with -> what FFmpeg may use for it, and for what it names
    "http": _WEB,
    "https": _WEB,
    "rtsp": "rtsp,rtp,udp,tcp,tls",
    "rtsps": "rtsp,rtp,udp,tcp,tls",
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,rtmp,tcp,tls",
    "rtmpt": "rtmpt,ffrtmphttp,http,tcp",
    "rtp": "rtp,udp",
    "udp": "udp",
    "tcp": "tcp",
    "srt": "srt",
}
_STAYING = {  # the same for what may name nothing else
    "http": "http,tcp",
    "https": "https,http,tls,tcp",
    "rtsp": "rtsp,tcp",
    "rtsps": "rtsp,tcp,tls",
}
_OWN_WAY = {  # what FFmpeg would open besides -> the plain way to the same
    "file": "name the file itself: {rest}",
    "fd": "leave it out: standard input is read then",
    "pipe": "leave it out: standard input is read then",
    "concat": "name one file; ffmpeg -f concat joins them",
    "concatf": "name one file; ffmpeg -f concat joins them",
    "subfile": "name the whole file",
    "data": "save the data to a file, and name that",
    "cache": "name the address itself: {rest}",
    "async": "name the address itself: {rest}",
    "crypto": "decrypt it to a file first, and name that",
    "unix": "connect it to a pipe",
}

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


def written_as_path(path: Path) -> str | None:
    """Return the address that somebody named as a path, fit to be shown; None where it is none.

    A path has lost one of the two slashes.
    """
    scheme, mark, rest = str(path).partition(":/")
    if not mark or rest.startswith("/") or scheme.lower() not in _PROTOCOLS:
        return None
    return named(f"{scheme}://{rest}")


def reason_of(error: Exception, address: str) -> str:
    """Return why an address failed, without what may not be shown of it."""
    return getattr(error, "strerror", None) or _shown(str(error), address)


def nameless(error: Exception, address: str) -> Exception:
    """Return the same error without the address as it was given, which a traceback would show."""
    said = (_shown(part, address) if isinstance(part, str) else part for part in error.args)
    return type(error)(*said)


def _shown(text: str, address: str) -> str:
    return without_secrets(text.replace(address, named(address)))


def _is_port(host: str) -> bool:
    """Whether what stands behind a host's last colon, if there is one, can be a port."""
    _, colon, port = host.rpartition(":")
    return not colon or port.isdigit() or host.endswith("]")


def protocols_of(address: str, stays: bool = False) -> str:
    """Return what FFmpeg may use to open an address, and whatever that names, with commas.

    Args:
        address: what is opened.
        stays: whether it may name nothing; there are fewer such addresses.

    Raises:
        SourceError: it begins with nothing that is known; says what to name instead.
    """
    scheme, known = address.partition("://")[0].lower(), _STAYING if stays else _PROTOCOLS
    if scheme not in known:
        raise SourceError(
            "address.bad_scheme",
            "{address} cannot be opened: {way}",
            address=named(address),
            way=plain_way(address) or f"an address begins with {', '.join(known)}",
        )
    return known[scheme]


def plain_way(name: str) -> str | None:
    """Return what to name instead of something that only FFmpeg would understand; None: it is not.

    For what is no file: a file may have any name.
    """
    found = re.match(r"([a-z]+)(?:[:,])", name, re.IGNORECASE)
    if found is None or found[1].lower() not in _OWN_WAY:
        return None
    rest = name[found.end() :]
    return _OWN_WAY[found[1].lower()].format(rest=re.sub("^//+", "/", rest))
