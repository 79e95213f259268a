"""One module a command: its flags, and a page of plain calls that carries it out."""
