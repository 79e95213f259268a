"""What a session can look at: cameras, films that can be searched, addresses."""
