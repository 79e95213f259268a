"""What the command line says of errors otherwise than they do: which flag or command helps."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from pipeline.errors import PipelineError
from pipeline.targets.unfinished_file_note import UnfinishedFileNote

WORDS: Final[Mapping[str, str]] = {
    "cache.no_room": (
        "a graph takes {megabytes} MB while it is made, and {free} are free for {folder}; make "
        "room (mirror models clean), or set MODELSCOPE_CACHE to a folder on another disk"
    ),
    "batch.exists": (
        "{folder} holds a batch already; go on with it: --resume, or parse all of it again: "
        "--overwrite"
    ),
    "camera.not_opened": (
        "camera {device} did not open. Close other programs using it, try another ({found}), or "
        "run on a file: mirror video clip.mp4"
    ),
    "camera.not_opened.none_found": (
        "camera {device} did not open. Close other programs using it, plug one in (none was "
        "found), or run on a file: mirror video clip.mp4"
    ),
    "checkpoint.bad_checksum_at_hub": (
        "{parser} could not be downloaded: {where}what the hub sends does not have the checksum "
        "that the hub lists, and was not kept; wait until that is put right, or copy the folder "
        "from a machine that has it: mirror models download {parser} --from DIR"
    ),
    "checkpoint.configuration_missing": (
        "{path} is missing; get the checkpoint again: mirror models download {parser}"
    ),
    "checkpoint.configuration_not_json": (
        "{path} cannot be read as JSON: {reason}; get the checkpoint again: mirror models "
        "download {parser}"
    ),
    "checkpoint.configuration_refused": (
        "{reason}; get the checkpoint again: mirror models download {parser}"
    ),
    "checkpoint.damaged": (
        "{path} is damaged ({reason}); get it again: mirror models download {parser}"
    ),
    "checkpoint.file_missing": "{folder} has no {file}; --from takes a folder with {files}",
    "checkpoint.missing": (
        "the checkpoint of {parser} is not there. Download it ({megabytes} MB): mirror models "
        "download {parser}; or, offline, from a folder: mirror models download {parser} --from "
        "DIR"
    ),
    "checkpoint.not_downloaded": (
        "{parser} could not be downloaded ({reason}). Try again to go on where it stopped, or "
        "copy the folder from a machine that has it: mirror models download {parser} --from DIR"
    ),
    "checkpoint.refused": "{reason}; get the checkpoint again: mirror models download {parser}",
    "codec.not_built_in": "this FFmpeg cannot encode {name}; use --codec h264",
    "config.not_found": "{path} does not exist; --config takes a TOML file",
    "container.codec_refused": (
        "{container} cannot hold {codec}; write to a file ending in .mkv, or leave --codec out"
    ),
    "container.picture_ending": (
        "{path} is the name of a picture, which mirror picture makes of pictures; that of a video "
        "or an animation ends in {endings}"
    ),
    "dataset.no_clip": "{name} is no clip; try mirror eval person",
    "dataset.no_parts": "{name} has no parts labelled; try mirror eval person",
    "dataset.other_classes": (
        "{dataset} is labelled in the classes of {classes}, in which the parts of {system} "
        "cannot be told; try mirror eval person"
    ),
    "dataset.system_without_parts": "{name} tells no parts; try mirror eval person",
    "graph.differs": (
        "{graph} differs from torch by {difference:.2g}, more than {tolerance:g}; use --runtime "
        "torch, or another version of {runtime}"
    ),
    "graph.labels_differ": (
        "{graph} gives {share:.2%} of a picture the parts that torch gives it, and not "
        "{least:.1%}; use --runtime torch, or another version of {runtime}"
    ),
    "graph.not_made": (
        "{graph} cannot be made ({reason}); use another --input-size, or --runtime torch"
    ),
    "graph.not_opened": (
        "{runtime} cannot open {path} ({reason}); have it made anew (mirror models clean), or "
        "use another --runtime"
    ),
    "graph.process_died": (
        "{graph} cannot be made (the process that made it ended with {status}, for want of "
        "memory perhaps); close other programs, or use --runtime torch"
    ),
    "memory.fewer_workers_fit": (
        "{workers} workers of {parser} need about {needed} MB, {free} are free; use --workers {fit}"
    ),
    "output.terminal": (
        "standard output is a terminal, which cannot show {format}; pipe it on: mirror stream "
        "... | ffplay -"
    ),
    "output.y4m_refused": "y4m cannot hold {name}; write raw pictures: --out-format raw",
    "parser.function_missing": (
        "{module} has no function called {function!r}; --parser takes module:factory. It was "
        "found in {where}"
    ),
    "parser.no_function": "{name!r} names no function; --parser takes module:factory",
    "peer.no_model": "bodypix needs its network: add --peer-model FILE.onnx",
    "runtime.cpu_only": "{runtime} runs on the CPU here; use --runtime torch --device cuda",
    "runtime.no_cuda": (
        "torch finds no CUDA device. Install a build of torch with CUDA and the driver, or leave "
        "--device cuda out"
    ),
    "runtime.no_int8": "torch has no 8-bit form of M2FP here; use --runtime onnxruntime",
    "runtime.not_installed": (
        "{runtime} is not installed: pip install {package}, or use --runtime auto"
    ),
    "source.is_address": (
        "{address} is an address, and this reads files; download it first, or write what comes "
        "from it: mirror stream --source {address} --out out.mkv"
    ),
    "source.is_picture": "{path} is a picture, and this is for videos: mirror picture {path}",
    "source.is_video": "{path} is a video, and this is for pictures: mirror video {path}",
    "source.too_many_pixels": (
        "{name}: pictures of {width}x{height} are over the limit of {limit:g} megapixels; raise "
        "max_megapixels in the [input] section of a --config file if they are meant"
    ),
    "stdout.closed": "standard output is closed; name a file or another target with --out",
    "stream.bad_header": "the stream is no {format}: {reason}. Name what it is with --in-format",
    "stream.mp4_not_read": (
        "{reason}. Through a pipe, an MP4 must come in fragments (ffmpeg -movflags "
        "frag_keyframe+empty_moov); a file of any kind can be named with --source"
    ),
    "stream.no_jpeg": (
        "{name} has held no JPEG picture for {megabytes} MB; name what it is with --in-format"
    ),
    "stream.no_size": "raw pictures do not say their size; add --size WIDTHxHEIGHT",
    "stream.not_readable": (
        "{name} carries no video that can be read ({reason}); say what it is with --in-format"
    ),
    "stream.nothing_piped": (
        "nothing is piped in; try: ffmpeg -i IN -f yuv4mpegpipe - | mirror stream | ffplay -"
    ),
    "stream.unknown_format": (
        "{name} begins with {got!r}, which is no format that is known; say what it is with "
        "--in-format ({hint}), and for raw pictures --size and --pix-fmt"
    ),
    "target.exists": "{path} exists; name another file, or add --overwrite",
    "target.in_series": (
        "{path} is {what}, and {flag} would write a file of that name; name another folder with "
        "{flag}"
    ),
    "target.is_input": "{path} is {what} itself; name another {kind} with {flag}",
    "target.is_input_picture": (
        "{path} is one of the source's pictures; name another file with {flag}"
    ),
    "target.named_twice": (
        "{path} is named twice, with {other} and with {flag}; name another for one of them"
    ),
    "target.not_empty": "{path} is not empty; name another folder, or add --overwrite",
    "target.write_failed": (
        "{name} cannot be written on: {reason}; make room, or name another target with --out"
    ),
    "serve.exposed": (
        "{address} can be reached by others: give --token-file with the tokens that clients need, "
        "or say --insecure to answer everybody"
    ),
}


def worded(error: PipelineError) -> str:
    """Return an error in the command line's words: one line that says what to do."""
    words = WORDS.get(error.code)
    return str(error) if words is None else words.format_map(error.fields)


def told(error: Exception) -> str:
    """Return any error in one line: what it says, and the notes that were made on its way."""
    notes = "; ".join(map(remarked, getattr(error, "__notes__", ())))
    where = f" ({notes})" if notes else ""
    if isinstance(error, PipelineError):
        return f"{worded(error)}{where}"
    return f"{type(error).__name__}: {error}{where}"


def remarked(remark: str) -> str:
    """Return a remark, or an error's note, in the command line's words."""
    if not isinstance(remark, UnfinishedFileNote):
        return remark
    return f"{remark}; to complete it: mirror video --salvage {shlex.quote(str(remark.part))}"
