"""DETECT: backward segments in an activity."""
