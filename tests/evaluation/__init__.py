"""What measures and estimates; no part of the library. README.md beside this says how to run it."""
