"""DELIVER and fetch: services on the network."""
