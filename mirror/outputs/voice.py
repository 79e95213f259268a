"""Says things aloud by the system's own program: espeak-ng, macOS's say, or Windows' voice."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

from mirror.core.errors import MirrorError

_LATE_S = 1.0  # what could not begin within this is not said any more: it is about what is past
_END_S = 1.0
_ESPEAK_VOICES = {"en": "en-us", "zh": "cmn"}
_SAPI = (
    "Add-Type -AssemblyName System.Speech;"
    "(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())"
)


class NoVoice(MirrorError):
    """There is no program that speaks."""


def speaking_program(language: str) -> tuple[str, ...]:
    """Return the command that says what it reads on standard input.

    Args:
        language: ``en`` or ``zh``.

    Raises:
        NoVoice: none is installed.
    """
    for name in ("espeak-ng", "espeak"):
        if (program := shutil.which(name)) is not None:
            return program, "-v", _ESPEAK_VOICES.get(language, language), "--stdin"
    if sys.platform == "darwin" and (program := shutil.which("say")) is not None:
        return program, *(("-v", "Tingting") if language == "zh" else ()), "-f", "-"
    if sys.platform == "win32" and (program := shutil.which("powershell")) is not None:
        return program, "-NoProfile", "-Command", _SAPI
    raise NoVoice("voice.not_found", "no program that speaks is installed; install espeak-ng")


class Voice:
    """Says one thing after the other, and never waits for it.

    What comes while something is being said waits for its end, the newest only, and is dropped
    when it is late. One thread uses it; ``close`` it in the end.

    Args:
        language: ``en`` or ``zh``.

    Raises:
        NoVoice: there is no program that speaks.
    """

    def __init__(self, language: str) -> None:
        self._command = speaking_program(language)
        self._saying: subprocess.Popen[bytes] | None = None
        self._next: tuple[str, float] | None = None
        self.dropped = 0

    def say(self, text: str, now: float) -> None:
        """Say something, now or as soon as what is being said is over.

        Args:
            text: one or a few words.
            now: seconds, on the clock that ``update`` is told.
        """
        self.dropped += self._next is not None
        self._next = text, now
        self.update(now)

    def update(self, now: float) -> None:
        """Begin what waits, if its turn has come; call it now and then."""
        if self._next is None:
            return
        text, since = self._next
        if now - since > _LATE_S:
            self._next = None
            self.dropped += 1
        elif not self.is_saying:
            self._next = None
            self._begin(text)

    @property
    def is_saying(self) -> bool:
        """Whether something is being said."""
        return self._saying is not None and self._saying.poll() is None

    def close(self) -> None:
        """Stop in the middle of a word."""
        self._next = None
        if self._saying is None:
            return
        self._saying.terminate()
        try:
            self._saying.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._saying.kill()
            self._saying.wait()
        self._saying = None

    def _begin(self, text: str) -> None:
        try:
            self._saying = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ,
            )
        except OSError:  # it was there at the start: exercise goes on without a voice
            self.dropped += 1
            return
        assert self._saying.stdin is not None
        with contextlib.suppress(BrokenPipeError), self._saying.stdin as written:
            written.write(text.encode())  # a few bytes fit into the pipe: this does not wait
