"""The one place where FFmpeg is given a name to open, and told what it may reach from there.

FFmpeg reads names as addresses: a picture called ``http:host.png`` is a request, and a playlist may
name anything. So files are named as files, and everything opened is limited to the protocols that
its own kind needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from av.container import Container, InputContainer, OutputContainer
from av.stream import Disposition

from pipeline.media.input_limits import NOT_DECODED, USUAL_LIMITS, InputLimits
from pipeline.sources.network.address import named, protocols_of
from pipeline.sources.picture_size import HEAD, size_in_header

_FILE = "file:"
# what carries pictures, and names nothing: no playlist, and no description of a session
_FORMATS_THAT_STAY = (
    "data,mpjpeg,mjpeg,jpeg_pipe,mov,mp4,matroska,webm,mpegts,mpeg,flv,avi,h264,hevc,ogg,rtsp"
)
# the same of files that others send: everything that carries its own pictures and sound
_FILES_THAT_STAY = (
    "mov,mp4,matroska,webm,avi,mpegts,mpegtsraw,mpeg,mpegvideo,flv,asf,ogg,mxf,gxf,nut,wtv,rm,dv,"
    "ivf,obu,av1,h264,hevc,m4v,vc1,yuv4mpegpipe,mjpeg,gif,apng,"
    "jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif_pipe"
)
_NOTHING = "none"  # no protocol is called so; an empty list would allow all


def file_url(path: Path) -> str:
    """Return how FFmpeg is told of a file, whatever its name looks like."""
    return f"{_FILE}{path.absolute()}"


def check_header(path: Path, limits: InputLimits = USUAL_LIMITS) -> None:
    """Refuse a picture that says its size at once; of others a decoder finds out.

    Raises:
        TooManyPixels: it is too large.
        OSError: the file cannot be read.
    """
    if path.is_file():  # a pipe is not to be read from twice
        with path.open("rb") as file:
            size = size_in_header(file.read(HEAD))
        if size is not None:
            limits.check(*size, path)


def open_file(path: Path, limits: InputLimits = USUAL_LIMITS) -> InputContainer:
    """Open a media file for reading; it can name other files, but nothing else.

    With ``limits.stays`` it can name nothing: whoever sends a list of films would choose which of
    this machine's are read, and one that names itself is opened until there are no files left.

    Raises:
        TooManyPixels: its pictures are too large.
        Whatever PyAV raises.
    """
    check_header(path, limits)
    options = _options("file", limits)
    if limits.stays:
        options["format_whitelist"] = _FILES_THAT_STAY
    container = av.open(file_url(path), options=options, metadata_errors="replace")
    return _limited(container, limits, path)


def reopened(container: Container) -> InputContainer:
    """Open once more what ``open_file`` opened, for its packets only.

    Raises:
        Whatever PyAV raises.
    """
    return open_file(Path(container.name.removeprefix(_FILE)), NOT_DECODED)


def open_address(
    url: str,
    options: dict[str, str],
    timeout: tuple[float, float],
    limits: InputLimits = USUAL_LIMITS,
    format: str | None = None,
) -> InputContainer:
    """Open what an address delivers; it cannot name files.

    Args:
        url: the address.
        options: FFmpeg's, besides.
        timeout: seconds to open, seconds of a read.
        limits: what is refused unread.
        format: FFmpeg's name of what comes; None lets it look.

    Raises:
        SourceError: it begins with nothing that is known, or its pictures are too large.
        Whatever PyAV raises.
    """
    scheme, mark, rest = url.partition("://")
    scheme = scheme.lower()
    given = {**_options(protocols_of(url, limits.stays), limits), **options}
    if limits.stays:
        given |= {"format_whitelist": _FORMATS_THAT_STAY, "max_redirects": "0"}
    container = av.open(f"{scheme}{mark}{rest}", format=format, options=given, timeout=timeout)
    return _limited(container, limits, named(url))


def open_stream(
    stream: Any,  # noqa: ANN401  (PyAV's own type of it: whatever has a method ``read``)
    format: str | None = None,
    limits: InputLimits = USUAL_LIMITS,
) -> InputContainer:
    """Open what an object's ``read`` delivers; it cannot name anything.

    Raises:
        TooManyPixels: its pictures are too large.
        Whatever PyAV raises.
    """
    container = av.open(
        stream,
        "r",
        format=format,
        options=_options(_NOTHING, limits),
        metadata_errors="replace",
    )
    return _limited(container, limits, getattr(stream, "name", "the stream"))


def create_file(target: Path | str, format: str, options: dict[str, str]) -> OutputContainer:
    """Open a media file for writing.

    Args:
        target: a file, replaced if it is there; or ``pipe:`` and a descriptor.
        format: FFmpeg's name of the container.
        options: the muxer's.

    Raises:
        Whatever PyAV raises.
    """
    is_pipe = isinstance(target, str) and target.startswith("pipe:")
    url = str(target) if is_pipe else file_url(Path(target))
    return av.open(url, "w", format=format, container_options=options)


def _options(protocols: str, limits: InputLimits) -> dict[str, str]:
    return {
        "protocol_whitelist": protocols,
        "max_pixels": str(limits.decoder_pixels),  # while FFmpeg decodes to find out what it is
        "pattern_type": "none",  # a picture's name with %d in it is a name
    }


def _limited(container: InputContainer, limits: InputLimits, name: object) -> InputContainer:
    """Have the decoders refuse what is too large, before they take memory for it."""
    try:
        for stream in container.streams.video:
            if stream.codec_context is None or stream.disposition & Disposition.attached_pic:
                continue  # an album's cover is never decoded
            limits.check(stream.height, stream.width, name)
            stream.codec_context.options = {
                **stream.codec_context.options,
                "max_pixels": str(limits.decoder_pixels),
            }
    except BaseException:
        container.close()
        raise
    return container
