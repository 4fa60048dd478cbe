"""MANY: a whole archive of recordings, in parallel, and what it tells of a runner."""
