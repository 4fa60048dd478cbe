"""DELIVER: a workout to a watch or a service."""
