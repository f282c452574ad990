"""The engine: tokens, commands and messages through a graph, and the history that results."""
