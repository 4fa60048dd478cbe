"""READ: a recording to an activity."""
