"""The JSON Schemas of task-status APIs, and a loader for them. Standard library only."""
