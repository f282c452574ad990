"""What can keep the front from listening, each error one clear line."""

from __future__ import annotations


class BindError(Exception):
    """The front cannot listen on `host` and `port`; the text says why."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot listen on {host} port {port}: {reason}")
        self.host = host
        self.port = port


class PortTakenError(BindError):
    """Another program already listens on `port`."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, "another program uses this port; choose another one (0 takes any free port)")
