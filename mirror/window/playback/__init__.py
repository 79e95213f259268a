"""The picture, and what plays, searches and records it."""
