"""The socket of the mock server: HTTP/1.1 in, complete calls to a handler, complete replies out; it knows no task.

Import from the modules: `message` alone costs nothing, `listener`, `thread` and `process` bring asyncio and httptools.
"""
