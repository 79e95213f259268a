"""One module a command: its flags, and a page of plain calls that carries it out."""

from mirror.process.native_output import quieten_opencv

quieten_opencv()  # before any of them loads it
