"""What is watched of a body: joint angles, heights and distances over time."""
