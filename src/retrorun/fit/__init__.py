"""WIRE: FIT bytes to columns and messages, and messages to FIT bytes."""
