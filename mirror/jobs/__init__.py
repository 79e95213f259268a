"""One run from a source to all that it leaves behind, put together and measured."""
