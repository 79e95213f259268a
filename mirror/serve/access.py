"""Who may ask: named tokens, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mirror.core.schema import ConfigError
from mirror.serve.problems import Problem


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks.

    Attributes:
        name: of the token; of an open service, the address that asks.
        at_most: requests that may be in the house at once; None: as many as there is room for.
        owner: who sees the caller's jobs: the token's name, or everybody where there are none.
    """

    name: str
    at_most: int | None = None
    owner: str = ""


class Token(BaseModel):
    """One entry of a token file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
    token: Annotated[str, Field(min_length=16)]
    requests: Annotated[int, Field(ge=1)] | None = None


class _TokenFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    token: Annotated[tuple[Token, ...], Field(min_length=1)]


def read_tokens(path: Path) -> tuple[Token, ...]:
    """Return the tokens of a TOML file: ``[[token]]`` with ``name``, ``token``, ``requests``.

    Raises:
        ConfigError: it cannot be read, or holds something else; never says what a token is.
    """
    try:
        found = _TokenFile.model_validate(tomllib.loads(path.read_text("utf-8"))).token
    except OSError as error:
        raise _refused(path, error.strerror or "") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(path, f"it is not a TOML file: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise _refused(path, f"{place}: {first['msg']}") from None
    names = [token.name for token in found]
    if len({token.token for token in found}) < len(found) or len(set(names)) < len(names):
        raise _refused(path, "names and tokens may each be given once")
    return found


def _refused(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        "serve.tokens_refused", "{path} is no file of tokens: {reason}", path=path, reason=reason
    )


class Access:
    """Tells callers by their tokens; without any, everybody may ask.

    Args:
        tokens: those that are known.
    """

    def __init__(self, tokens: Sequence[Token] = ()) -> None:
        # digests are of one length, so that the time of comparing says nothing of a token
        self._known = [(_digest(token.token), token) for token in tokens]

    @property
    def needs_token(self) -> bool:
        """Whether not everybody may ask."""
        return bool(self._known)

    def caller(self, authorization: str | None, address: str) -> Caller:
        """Return who asks.

        Args:
            authorization: the header of that name: ``Bearer TOKEN``.
            address: where the request comes from.

        Raises:
            Problem: a token is needed, and this is none (401).
        """
        if not self._known:
            return Caller(address)
        scheme, _, given = (authorization or "").partition(" ")
        digest, found = _digest(given.strip()), None
        for known, token in self._known:  # all of them, whichever it is
            if hmac.compare_digest(known, digest):
                found = token
        if found is None or scheme.lower() != "bearer":
            raise Problem(
                401, "token.needed", "A valid token is needed.", {"WWW-Authenticate": "Bearer"}
            )
        return Caller(found.name, found.requests, found.name)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host's address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _digest(text: str) -> bytes:
    # JSON can have halves of characters in it
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
