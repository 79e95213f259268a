"""Damage that is the same every time: bytes and texts changed at random, by a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

_WORDS = (b"\0", b"\xff", b"\x7f", b"\x80", b"\r\n", b" ", b"\xff\xd8\xff", b"FRAME\n", b"\x47")
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000)
_TEXTS = ("0", "-1", "1e999", "9" * 20, "nan", "inf", "", " ", "²", "٣", "\0", "[", '"')

_VALUES = (
    '0', '-1', '1', '3', '100000', '9223372036854775807', '1e308', '1e-308', '0.5', 'inf', 'nan',
    'true', '""', '"auto"', '"none"', '"0x0"', '"64x64"', '"x:y"', '":"', '"\\u0000"',
    '"\\u001b[2J"', '[]', '[1]', '["head"]', '["", "head"]', '{a = 1}', '1979-05-27',
    '"built-in"', '"m2fp"', '"libx264"', '"h265"',
)  # fmt: skip

Change = Callable[[Random, bytearray], None]


def _flip(random: Random, data: bytearray) -> None:
    for _ in range(random.choice((1, 1, 2, 8, 64))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _overwrite(random: Random, data: bytearray) -> None:
    word = random.choice(_WORDS) * random.choice((1, 1, 2, 16))
    place = random.randrange(len(data))
    data[place : place + len(word)] = word


def _number(random: Random, data: bytearray) -> None:
    """A size or a count that is not so: the first bytes of a file hold most of them."""
    width = random.choice((1, 2, 4, 8))
    value = random.choice(_NUMBERS) & ((1 << 8 * width) - 1)
    place = random.randrange(min(len(data), random.choice((64, 1024, len(data)))))
    data[place : place + width] = value.to_bytes(width, random.choice(("little", "big")))


def _digits(random: Random, data: bytearray) -> None:
    """A number that is written out, such as in a header of text."""
    found = list(re.finditer(rb"[0-9]+", data[:4096]))
    if found:
        number = random.choice(found)
        data[number.start() : number.end()] = random.choice(_TEXTS).encode()


def _insert(random: Random, data: bytearray) -> None:
    place = random.randrange(len(data) + 1)
    data[place:place] = random.randbytes(random.choice((1, 4, 100, 4096)))


def _delete(random: Random, data: bytearray) -> None:
    place = random.randrange(len(data))
    del data[place : place + random.choice((1, 4, 100, 4096))]


def _repeat(random: Random, data: bytearray) -> None:
    place, length = random.randrange(len(data)), random.choice((1, 16, 400, 8192))
    data[place:place] = data[place : place + length] * random.choice((1, 2, 8))


def _cut(random: Random, data: bytearray) -> None:
    del data[random.randrange(len(data) + 1) :]


def _behead(random: Random, data: bytearray) -> None:
    del data[: random.randrange(len(data) + 1)]


def _swap(random: Random, data: bytearray) -> None:
    one, other = sorted(random.randrange(len(data)) for _ in range(2))
    length = min(random.choice((4, 188, 1024)), other - one, len(data) - other)
    data[one : one + length], data[other : other + length] = (
        data[other : other + length],
        data[one : one + length],
    )


_CHANGES: tuple[Change, ...] = (
    _flip, _overwrite, _number, _number, _digits, _insert, _delete, _repeat, _cut, _behead, _swap,
)  # fmt: skip


def damaged(data: bytes, random: Random, others: Sequence[bytes] = ()) -> bytes:
    """Return a copy with one to four changes; now and then another's end is joined to it."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if changed:
            random.choice(_CHANGES)(random, changed)
    if others and random.random() < 0.1:
        other = random.choice(others)
        changed += other[random.randrange(len(other) + 1) :]
    return bytes(changed)


def texts(random: Random, good: Sequence[str]) -> Iterator[str]:
    """Yield words as somebody, or a script, could have written them on a command line."""
    while True:
        word = random.choice(good)
        if random.random() < 0.5:
            changed = damaged(word.encode(), random).replace(b"\0", b"")[:300]
            word = changed.decode("utf-8", "surrogateescape")
        elif random.random() < 0.5:
            word = re.sub(r"[0-9]+", random.choice(_TEXTS), word, count=1).replace("\0", "")
        yield word


def missettings(data: bytes, random: Random) -> bytes:
    """Return a TOML file with one to three values that their keys may not have."""
    lines = data.decode().splitlines()
    settings = [place for place, line in enumerate(lines) if " = " in line]
    for _ in range(random.choice((1, 1, 3))):
        place = random.choice(settings)
        key = lines[place].partition(" = ")[0]
        lines[place] = f"{key} = {random.choice(_VALUES)}"
    return "\n".join(lines).encode()
