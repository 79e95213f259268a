"""The last seconds of a session once more, in slow motion, with faults marked where they were."""
