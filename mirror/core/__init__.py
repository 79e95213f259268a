"""What everything else speaks of: label sets, parsings, settings, the machine."""
