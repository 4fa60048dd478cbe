"""COMPILE: a session to a FIT workout and back, and to other formats."""
