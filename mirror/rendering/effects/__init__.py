"""Effects: renderers that change the picture by who and what is in it."""
