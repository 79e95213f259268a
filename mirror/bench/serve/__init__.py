"""The network service beside other ways to serve the same parser, under one load."""
