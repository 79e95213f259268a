"""The command line: what understands it, what it says of errors, and with what code it ends."""

from mirror.process.native_output import quieten_opencv

quieten_opencv()  # before any of them loads it
