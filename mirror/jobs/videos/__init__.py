"""Jobs over a recording: what each leaves behind, and the run from its source to all of it."""
