"""``WS /v1/stream``: a client's pictures in, what was found in them out, in order."""
