"""The codes with which the system behind the doors refuses calls (facts)."""

PARAMETERS = 3540000
"""A parameter is wrong."""

NOT_FOUND = 3540400
"""There is no such thing."""

INVALID_OPERATION = 3545000
"""An operation that the task is not ready for, or that nobody knows."""

UNKNOWN = 3599999
"""Whatever has no code of its own: what the engine itself refuses (`message` then carries a traceback), or a crash."""
