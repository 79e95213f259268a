"""Pictures and recordings of what is shown."""
