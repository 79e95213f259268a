"""Jobs over a stream: what comes in and goes out is opened, and frames run until an end."""
