"""Which exercise somebody is doing."""
