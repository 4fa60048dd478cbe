"""Backward (retro) running: define sessions, compile them, read recordings, find backward segments."""

__version__ = "0.1.0"
