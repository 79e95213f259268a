"""High dynamic range: which pictures have it, and what takes it along."""

from __future__ import annotations

import av

PQ, HLG = 16, 18  # AVCOL_TRC: SMPTE ST 2084, ARIB STD-B67; both of ITU-R BT.2100
_NAMES = {PQ: "PQ", HLG: "HLG"}
_DEEP, _PLAIN = "yuv420p10le", "yuv420p"


def hdr_name(color_trc: int) -> str | None:
    """Return what a transfer function of high dynamic range is called; None for any other."""
    return _NAMES.get(color_trc)


def pixel_format_for(encoder: str, color_trc: int) -> str:
    """Return the pixel format to encode in: what plays everywhere, or 10 bits where HDR needs it.

    Args:
        encoder: as FFmpeg calls it.
        color_trc: FFmpeg's number of the source's transfer function.
    """
    if hdr_name(color_trc) is None:
        return _PLAIN
    formats = av.Codec(encoder, "w").video_formats or ()
    return _DEEP if any(form.name == _DEEP for form in formats) else _PLAIN


def hdr_remarks(codec: str, color_trc: int, pixel_format: str) -> tuple[str, ...]:
    """Return what a user should know of pictures with HDR that were encoded; nothing of others.

    Args:
        codec: as users call it.
        color_trc: FFmpeg's number of the source's transfer function.
        pixel_format: that it was encoded in.
    """
    name = hdr_name(color_trc)
    if name is None:
        return ()
    if pixel_format != _DEEP:
        return (
            f"the source has high dynamic range ({name}), of which {codec} keeps 8 bits: smooth "
            "areas may show steps, which h264, h265 and av1 have not",
        )
    if codec == "h264":
        return (
            f"the source has high dynamic range ({name}), kept in 10 bits; as h265, more players "
            "show that",
        )
    return ()


def flat_remark(color_trc: int, format: str) -> tuple[str, ...]:
    """Return what a user should know of HDR in a format that has no word for it."""
    name = hdr_name(color_trc)
    if name is None:
        return ()
    return (
        f"the source has high dynamic range ({name}), which {format} cannot say: colours look flat",
    )
