"""The Qt view of a session: thin, and only ever on the GUI's thread."""
