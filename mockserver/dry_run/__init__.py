"""A scenario played without a server: frames, findings and charts."""
