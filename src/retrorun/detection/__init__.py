"""DETECT: backward running, inferred from pace and cadence, and from the plan and laps where there are any."""
