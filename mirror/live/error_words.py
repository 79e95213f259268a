"""What the window says of an error, by the error's code: what helps somebody who sits before it.

A code's words may use its fields. Where a code has none of its own, what stands for the first part
of it is said: ``checkpoint`` of every checkpoint that cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mirror.live.gettext_noop import N_

WORDS: Final[Mapping[str, str]] = {
    "address.bad_scheme": N_("{address} cannot be opened: {way}"),
    "address.broke_off": N_("{address} stopped delivering ({reason}); check the camera's network"),
    "address.no_picture": N_(
        "{address} delivered no picture ({reason}). Download the video, and open the file"
    ),
    "address.no_video": N_("{address} carries no video"),
    "address.not_opened": N_(
        "{address} cannot be opened ({reason}); check the address, user name and password in a "
        "player such as VLC"
    ),
    "cache": N_(
        "The folder for M2FP's files cannot be used. Make room, or name another folder in the "
        "environment variable MODELSCOPE_CACHE. Until then, choose the built-in parser"
    ),
    "camera.no_pictures": N_(
        "Camera {device} delivers no pictures. Plug it in again, or close other programs that "
        "use it"
    ),
    "camera.not_opened": N_(
        "Camera {device} did not open. Close other programs that use it, or choose another "
        "camera or a video"
    ),
    "camera.not_opened.none_found": N_(
        "Camera {device} did not open. Plug a camera in and try again, or choose a video"
    ),
    "checkpoint": N_(
        "The checkpoint of M2FP is damaged. In a terminal, mirror models verify says which, and "
        "how to get it again. Until then, choose the built-in parser"
    ),
    "checkpoint.missing": N_(
        "The checkpoint of {parser} is not on this machine. Get it in a terminal ({megabytes} "
        "MB) with: mirror models download {parser}. Until then, choose the built-in parser"
    ),
    "codec.not_built_in": N_("{name} cannot be recorded here. Start the program with --codec h264"),
    "codec.unknown": N_("No codec is called {name}. Start the program without --codec"),
    "container.codec_refused": N_(
        "{codec} cannot be recorded to {container}. Start the program without --codec"
    ),
    "container.picture_ending": N_("{path} is the name of a picture; a recording is a video"),
    "container.unknown": N_("No container is called {name}. Start the program without --container"),
    "container.unknown_ending": N_("{path} ends in {shown}, which names no container; {hint}"),
    "effect.framing_not_with_coach": N_(
        "The coach draws where people are, and the effect framing moves them. Leave one of the two "
        "out"
    ),
    "folder.no_pictures": N_("There is no picture in the folder {path.name}. Choose another"),
    "frame": N_("The parser did not answer in time. Try again, or choose another parser"),
    "graph": N_("M2FP cannot be made ready for this runtime. Choose torch"),
    "history": N_("The history {path.name} cannot be used. Sets are not kept"),
    "memory.fewer_workers_fit": N_(
        "{workers} workers of {parser} need about {needed} MB, {free} are free. Choose {fit} in "
        "the panel, under Source"
    ),
    "memory.not_enough": N_(
        "{workers} workers of {parser} need about {needed} MB, {free} are free. Close other "
        "programs, or choose another parser"
    ),
    "parser": N_(
        "The parser cannot be used as it is. Choose another, or copy the details for whoever "
        "wrote it"
    ),
    "parser.package_missing": N_(
        "{parser} needs {package}, which is not installed. Install it in a terminal with: pip "
        "install 'smart-mirror[m2fp]'. Until then, choose the built-in parser"
    ),
    "picture.damaged": N_(
        "{path.name} is not a picture that can be read: it is damaged, or over the limit of "
        "{limit:g} megapixels"
    ),
    "picture.empty": N_("{path.name} is not a picture that can be read"),
    "picture.not_readable": N_("{path.name} is not a picture that can be read"),
    "pool": N_("The parser did not answer in time. Try again, or choose another parser"),
    "preset.unknown": N_("No preset is called {name}. Start the program without --preset"),
    "runtime": N_("This runtime of M2FP is not installed, or cannot be used. Choose auto"),
    "source.empty": N_("{path.name} is empty. It may still be copying, or its recording failed"),
    "source.encrypted": N_(
        "{path.name} is encrypted, or coded in a way that is not known here. Choose a copy "
        "without protection"
    ),
    "source.ended": N_("{name} has ended"),
    "source.is_folder": N_("{path.name} is a folder. Choose a video in it"),
    "source.is_text": N_("{path.name} is a text, not a video"),
    "source.no_frame": N_(
        "No picture of {path.name} can be shown: it is encrypted, damaged, cut off or over the "
        "limit of {limit:g} megapixels"
    ),
    "source.no_video": N_("{path.name} has no video in it, only {held}"),
    "source.not_a_file": N_("{path} is no file. Choose one in the menu File"),
    "source.not_found": N_(
        "{path.name} does not exist. It was moved or deleted, perhaps; choose another video"
    ),
    "source.not_found.alike": N_("{path.name} does not exist. There is {near}"),
    "source.not_permitted": N_(
        "{path.name} may not be read. Ask whoever owns it for permission, or choose another video"
    ),
    "source.not_readable": N_(
        "{path.name} is not a video that can be read. Choose another, or see whether it plays "
        "elsewhere"
    ),
    "source.not_seekable": N_("{path.name} can only be played from its beginning"),
    "source.too_many_pixels": N_(
        "{name}: pictures of {width}x{height} are over the limit of {limit:g} megapixels. Choose "
        "smaller ones"
    ),
    "stage": N_("The parser did not answer in time. Try again, or choose another parser"),
    "target.appeared": N_(
        "A file {path.name} appeared meanwhile, and was left as it is. What was recorded is "
        "{part.name}"
    ),
    "target.broke_off": N_(
        "The recording stopped: {reason}. What was recorded until about a second before plays: "
        "{part.name}"
    ),
    "target.busy": N_("Another program is writing {path.name}. Record again"),
    "target.exists": N_("{path.name} exists already, and was left as it is. Record again"),
    "target.no_transparency": N_(
        "{path.name} cannot be transparent. A picture can as PNG or WebP, a video as .webm or .mov"
    ),
    "target.gap_too_long": N_(
        "The recording stopped: {path.name} cannot hold pictures that are {minutes:.0f} minutes "
        "apart"
    ),
    "target.is_folder": N_("{path.name} is a folder; it cannot be recorded to"),
    "target.no_folder": N_("The folder {folder} does not exist. Choose another in the menu File"),
    "target.no_times": N_("a video needs frames with times; a live source has to be given some"),
    "target.not_completed": N_(
        "{path.name} could not be completed: {reason}. What was recorded is {part.name}"
    ),
    "target.not_permitted": N_(
        "The folder {folder} may not be written to. Choose another in the menu File"
    ),
    "target.not_saved": N_(
        "{path.name} cannot be saved: {reason}. Choose another folder in the menu File"
    ),
    "target.not_writable": N_(
        "{path.name} cannot be written: {reason}. Choose another folder in the menu File"
    ),
    "voice": N_("No program that speaks is installed. Install espeak-ng, and switch it on again"),
    "weights": N_(
        "The built-in parser's own files are missing or damaged. Install the program again"
    ),
    "vmc.bad_address": N_(
        "{address} is no address. Name a computer and, if need be, a port, such as 127.0.0.1:39539"
    ),
    "vmc.package_missing": N_(
        "Moving avatars needs a package that is not installed: pip install 'smart-mirror[vmc]'"
    ),
    "vmc.unknown_host": N_("No computer is known as {address} ({reason})"),
    "vmc.unreachable": N_("{address} cannot be reached ({reason}). Check the network"),
    "window.no_file_manager": N_("No program shows folders here. Files are in {folder}"),
    "worker": N_("The parser did not answer in time. Try again, or choose another parser"),
    "worker.crashed": N_(
        "The parser cannot be used as it is. Choose another, or copy the details for whoever "
        "wrote it"
    ),
    "workers.out_of_range": N_(
        "{what} can be 1 to {most} on this computer, or auto, but not {count}. Choose another "
        "number in the panel, under Source"
    ),
}


def words_of(code: str) -> str | None:
    """Return the words for an error's code; None where the window has none."""
    while code not in WORDS and "." in code:
        code = code.rpartition(".")[0]
    return WORDS.get(code)
