"""Whether an exercise is done well: rules on signals, and cues."""
