"""The coach's feedback in the picture: counts, gauges, cues, and parts at fault."""
