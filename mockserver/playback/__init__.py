"""Which moment of a task a poll sees, and what it meets; no API is known here."""
