"""Sound, subtitles and all else that is copied from the source beside the picture."""
