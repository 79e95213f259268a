"""The panel beside the picture: parts, source and figures."""
