"""From the newest frame and mask to the picture that is shown."""
