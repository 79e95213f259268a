"""The headless stream: frames from a pipe, parsed frames and results into pipes, in order."""
