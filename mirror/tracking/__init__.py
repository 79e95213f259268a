"""Who is where: people found by a detector now and then, and followed by the motion in between."""
