"""Requests over HTTP with deadlines and bounds, and what came back."""
