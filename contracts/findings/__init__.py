"""What is found, as data and as text."""
