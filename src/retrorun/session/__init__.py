"""DEFINE: what a session is, and its text and document forms."""
