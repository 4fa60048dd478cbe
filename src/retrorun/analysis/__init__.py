"""ANALYSE: the answer about one recording."""
