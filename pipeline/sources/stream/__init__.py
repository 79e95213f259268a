"""Pictures out of a stream of bytes: y4m, Motion JPEG, raw, or a container in a pipe."""
