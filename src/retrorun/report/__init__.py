"""SHOW: summaries, pictures, pages and exports."""
