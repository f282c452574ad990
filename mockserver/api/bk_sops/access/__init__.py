"""Who may call: declarations, their file, and the check of a caller."""
