"""The size that a picture's file says it has, read without decoding it."""

from __future__ import annotations

import re

HEAD = 1 << 16  # bytes of a file to look at: notes may come before the size of a JPEG

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_BMP = b"BM"
_PNM = re.compile(rb"P[1-6]\s+(?:#.*\s+)*(\d{1,9})\s+(?:#.*\s+)*(\d{1,9})\s")
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of JPEG segments that say the size
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


def size_in_header(head: bytes) -> tuple[int, int] | None:
    """Return (height, width) of a PNG, JPEG, WebP, BMP or PNM file; None: it does not say."""
    if head.startswith(_PNG) and len(head) >= 24:
        return int.from_bytes(head[20:24]), int.from_bytes(head[16:20])
    if head.startswith(_JPEG):
        return _size_of_jpeg(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _size_of_webp(head)
    if head.startswith(_BMP) and len(head) >= 26:
        width, height = (
            int.from_bytes(head[at : at + 4], "little", signed=True) for at in (18, 22)
        )
        return abs(height), abs(width)  # rows from the top on count backwards
    if found := _PNM.match(head):
        return int(found[2]), int(found[1])
    return None


def _size_of_jpeg(head: bytes) -> tuple[int, int] | None:
    at = len(_JPEG)
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(head[at + 5 : at + 7]), int.from_bytes(head[at + 7 : at + 9])
        if marker == 0xFF:  # filling
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return None


def _size_of_webp(head: bytes) -> tuple[int, int] | None:
    """Of its first chunk: RFC 9649, sections 2.5 to 2.7."""
    chunk, data = head[12:16], head[20:30]
    if len(data) < 10:
        return None
    if chunk == b"VP8X":  # extended: 24 bits each, less one
        return int.from_bytes(data[7:10], "little") + 1, int.from_bytes(data[4:7], "little") + 1
    if chunk == b"VP8L":  # lossless: 14 bits each, less one, after a signature
        bits = int.from_bytes(data[1:5], "little")
        return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    if chunk == b"VP8 ":  # lossy: a frame tag and a start code, then 14 bits each and a scale
        width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return height, width
    return None
