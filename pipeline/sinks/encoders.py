"""What an encoder is told, and which containers take what it makes."""

from __future__ import annotations

import os
from fractions import Fraction

import av
import av.error

from pipeline.errors import SinkError
from pipeline.nearest_name import nearest
from pipeline.sinks.container import PRESETS, Container


def encoder_options(encoder: str, quality: int, preset: str) -> dict[str, str]:
    """Return an encoder's options, as FFmpeg calls them; none of them has it print anything."""
    if encoder == "libx264":
        return {"crf": str(quality), "preset": preset}
    if encoder == "libx265":
        return {"crf": str(quality), "preset": preset, "x265-params": "log-level=error"}
    if encoder == "libvpx-vp9":
        return {"crf": str(quality), "b": "0", "deadline": "realtime", "cpu-used": "6"}
    if encoder == "libsvtav1":
        os.environ.setdefault("SVT_LOG", "1")  # errors; it reads this when it is opened first
        return {"crf": str(quality), "preset": "9"}
    if encoder == "prores_ks":
        return {"profile": "4444"}
    return {}


def check_encoder(encoder: str, preset: str, container: Container, asked: str | None) -> None:
    """Refuse what cannot be encoded, or not into this container.

    Args:
        encoder: as FFmpeg calls it.
        preset: of x264 and x265.
        container: which is written.
        asked: what the user called the encoder.

    Raises:
        SinkError: says what to choose instead.
    """
    if encoder in ("libx264", "libx265") and preset not in PRESETS:
        raise SinkError(
            "preset.unknown",
            "no preset is called {name!r}; {hint}",
            name=preset,
            hint=nearest(preset, PRESETS),
        )
    if not can_hold(container, encoder):
        raise SinkError(
            "container.codec_refused",
            "{container} cannot hold {codec}; write to a file ending in .mkv, or with another "
            "codec",
            container=container.name,
            codec=asked or encoder,
        )


def can_hold(container: Container, encoder: str) -> bool:
    """Whether what an encoder makes can be put into a container."""
    codec = av.Codec(encoder, "w").canonical_name
    try:
        with av.open(os.devnull, "w", format=container.name) as trial:
            if not {codec, encoder} & set(trial.supported_codecs):
                return False
            if container.name == "mov":  # it lists AV1 and VP9, and refuses them at the header
                stream = trial.add_mux_stream(encoder, rate=25, width=64, height=48)
                stream.time_base = Fraction(1, 25)
                trial.start_encoding()
    except (av.error.FFmpegError, ValueError):
        return False
    return True
