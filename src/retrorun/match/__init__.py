"""MATCH: the plan against the run."""
