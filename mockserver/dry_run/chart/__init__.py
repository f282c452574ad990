"""A scenario's timeline as a picture: its rows, and those drawn as text, as SVG or as plain data."""
