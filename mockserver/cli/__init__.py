"""The command line, one module a command; only here click is imported."""

from taskmock.mockserver.cli.group import main

__all__ = ["main"]
