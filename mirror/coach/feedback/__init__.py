"""What is said and shown to people while they exercise: phase, cue, parts at fault, framing."""
