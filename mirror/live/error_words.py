"""What the window says of an error, by the error's code: what helps somebody who sits before it.

A code's words may use its fields. Where a code has none of its own, what stands for the first part
of it is said: ``checkpoint`` of every checkpoint that cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "address.bad_scheme": "{address} cannot be opened: {way}",
    "address.broke_off": "{address} stopped delivering ({reason}); check the camera's network",
    "address.no_picture": (
        "{address} delivered no picture ({reason}). Download the video, and open the file"
    ),
    "address.no_video": "{address} carries no video",
    "address.not_opened": (
        "{address} cannot be opened ({reason}); check the address, user name and password in a "
        "player such as VLC"
    ),
    "cache": (
        "The folder for M2FP's files cannot be used. Make room, or name another folder in the "
        "environment variable MODELSCOPE_CACHE. Until then, choose the built-in parser"
    ),
    "camera.no_pictures": (
        "Camera {device} delivers no pictures. Plug it in again, or close other programs that "
        "use it"
    ),
    "camera.not_opened": (
        "Camera {device} did not open. Close other programs that use it, or choose another "
        "camera or a video"
    ),
    "camera.not_opened.none_found": (
        "Camera {device} did not open. Plug a camera in and try again, or choose a video"
    ),
    "checkpoint": (
        "The checkpoint of M2FP is damaged. In a terminal, mirror models verify says which, and "
        "how to get it again. Until then, choose the built-in parser"
    ),
    "checkpoint.missing": (
        "The checkpoint of {parser} is not on this machine. Get it in a terminal ({megabytes} "
        "MB) with: mirror models download {parser}. Until then, choose the built-in parser"
    ),
    "codec.not_built_in": "{name} cannot be recorded here. Start the program with --codec h264",
    "codec.unknown": "No codec is called {name}. Start the program without --codec",
    "container.codec_refused": (
        "{codec} cannot be recorded to {container}. Start the program without --codec"
    ),
    "container.unknown": "No container is called {name}. Start the program without --container",
    "container.unknown_ending": "{path} ends in {shown}, which names no container; {hint}",
    "folder.no_pictures": "There is no picture in the folder {path.name}. Choose another",
    "frame": "The parser did not answer in time. Try again, or choose another parser",
    "graph": "M2FP cannot be made ready for this runtime. Choose torch",
    "memory.fewer_workers_fit": (
        "{workers} workers of {parser} need about {needed} MB, {free} are free. Choose {fit} in "
        "the panel, under Source"
    ),
    "memory.not_enough": (
        "{workers} workers of {parser} need about {needed} MB, {free} are free. Close other "
        "programs, or choose another parser"
    ),
    "parser": (
        "The parser cannot be used as it is. Choose another, or copy the details for whoever "
        "wrote it"
    ),
    "parser.package_missing": (
        "{parser} needs {package}, which is not installed. Install it in a terminal with: pip "
        "install 'smart-mirror[m2fp]'. Until then, choose the built-in parser"
    ),
    "picture.damaged": (
        "{path.name} is not a picture that can be read: it is damaged, or over the limit of "
        "{limit:g} megapixels"
    ),
    "picture.empty": "{path.name} is not a picture that can be read",
    "picture.not_readable": "{path.name} is not a picture that can be read",
    "pool": "The parser did not answer in time. Try again, or choose another parser",
    "preset.unknown": "No preset is called {name}. Start the program without --preset",
    "runtime": "This runtime of M2FP is not installed, or cannot be used. Choose auto",
    "source.empty": "{path.name} is empty. It may still be copying, or its recording failed",
    "source.encrypted": (
        "{path.name} is encrypted, or coded in a way that is not known here. Choose a copy "
        "without protection"
    ),
    "source.ended": "{name} has ended",
    "source.is_folder": "{path.name} is a folder. Choose a video in it",
    "source.is_text": "{path.name} is a text, not a video",
    "source.no_frame": (
        "No picture of {path.name} can be shown: it is encrypted, damaged, cut off or over the "
        "limit of {limit:g} megapixels"
    ),
    "source.no_video": "{path.name} has no video in it, only {held}",
    "source.not_a_file": "{path} is no file. Choose one in the menu File",
    "source.not_found": (
        "{path.name} does not exist. It was moved or deleted, perhaps; choose another video"
    ),
    "source.not_found.alike": "{path.name} does not exist. There is {near}",
    "source.not_permitted": (
        "{path.name} may not be read. Ask whoever owns it for permission, or choose another video"
    ),
    "source.not_readable": (
        "{path.name} is not a video that can be read. Choose another, or see whether it plays "
        "elsewhere"
    ),
    "source.not_seekable": "{path.name} can only be played from its beginning",
    "source.too_many_pixels": (
        "{name}: pictures of {width}x{height} are over the limit of {limit:g} megapixels. Choose "
        "smaller ones"
    ),
    "stage": "The parser did not answer in time. Try again, or choose another parser",
    "target.appeared": (
        "A file {path.name} appeared meanwhile, and was left as it is. What was recorded is "
        "{part.name}"
    ),
    "target.broke_off": (
        "The recording stopped: {reason}. What was recorded until about a second before plays: "
        "{part.name}"
    ),
    "target.busy": "Another program is writing {path.name}. Record again",
    "target.exists": "{path.name} exists already, and was left as it is. Record again",
    "target.gap_too_long": (
        "The recording stopped: {path.name} cannot hold pictures that are {minutes:.0f} minutes "
        "apart"
    ),
    "target.is_folder": "{path.name} is a folder; it cannot be recorded to",
    "target.no_folder": "The folder {folder} does not exist. Choose another in the menu File",
    "target.no_times": "a video needs frames with times; a live source has to be given some",
    "target.not_completed": (
        "{path.name} could not be completed: {reason}. What was recorded is {part.name}"
    ),
    "target.not_permitted": (
        "The folder {folder} may not be written to. Choose another in the menu File"
    ),
    "target.not_saved": (
        "{path.name} cannot be saved: {reason}. Choose another folder in the menu File"
    ),
    "target.not_writable": (
        "{path.name} cannot be written: {reason}. Choose another folder in the menu File"
    ),
    "weights": "The built-in parser's own files are missing or damaged. Install the program again",
    "window.no_file_manager": "No program shows folders here. Files are in {folder}",
    "worker": "The parser did not answer in time. Try again, or choose another parser",
    "worker.crashed": (
        "The parser cannot be used as it is. Choose another, or copy the details for whoever "
        "wrote it"
    ),
    "workers.out_of_range": (
        "{what} can be 1 to {most} on this computer, or auto, but not {count}. Choose another "
        "number in the panel, under Source"
    ),
}


def words_of(code: str) -> str | None:
    """Return the words for an error's code; None where the window has none."""
    while code not in WORDS and "." in code:
        code = code.rpartition(".")[0]
    return WORDS.get(code)
