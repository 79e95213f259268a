"""Cameras and files on the network: their addresses, how they are read, and how they come back."""
