"""The socket of the mock server: HTTP/1.1 in, complete calls to a handler, complete replies out; it knows no task.

Import from the modules: `message` needs no other; `listener`, `thread` and `process` load asyncio and httptools.
"""
