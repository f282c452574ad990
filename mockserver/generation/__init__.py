"""A scenario out of a seed."""
