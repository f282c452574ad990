"""The judge's commands."""
