"""One call of a server and what came of it, as data."""

from __future__ import annotations

import dataclasses
import urllib.parse

TROUBLES = {
    "http.timeout": "A client waits only so long for a whole answer (`--timeout`).",
    "http.too-large": "An answer has at most 32 MiB, unpacked: the largest real ones have half a megabyte.",
    "http.connection-reset": "A server does not break off the connection of a call that it has taken.",
    "http.no-answer": "A server answers every call, be it with an error.",
    "http.incomplete": "An answer is as long as its head says, and does not end with its head.",
    "http.malformed": "An answer is HTTP/1.1 (RFC 9112): a status line, fields with a colon, one length.",
    "http.encoding": "An answer is packed as its Content-Encoding says, and as the client accepts: gzip or deflate.",
    "http.redirect": "Calls answer where they are: a redirect is followed on the same server, by calls that read.",
    "http.redirect-loop": "A redirect leads to an answer.",
    "http.unreachable": "A server that has answered goes on to take connections.",
}
"""Why there is no answer to judge: the code of each cause, with the sentence that it breaks."""


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One call, ready to be sent: a complete URL, header fields, a body; `writes` where it may change something."""

    operation: str
    method: str
    url: str = dataclasses.field(repr=False)  # it may hold credentials
    headers: tuple[tuple[str, str], ...] = dataclasses.field(default=(), repr=False)
    body: bytes | None = dataclasses.field(default=None, repr=False)
    writes: bool = False

    @property
    def shown(self) -> str:
        """The call as a report may tell it: without its query, its fields and its body."""
        return f"{self.method} {shown_url(self.url)}"


@dataclasses.dataclass(frozen=True, slots=True)
class Trouble:
    """Why a call has no answer that can be judged: one of `TROUBLES`, and what happened."""

    code: str
    message: str
    value: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """What came of a call: a status, header fields and a body, or the `trouble` that kept them away.

    Names of fields are in lower case. `at` is when it was over, in seconds on the clock that all exchanges of a run
    share; `seconds` is how long it took. Secrets of the caller that the server repeats are starred out.
    """

    call: Call
    at: float
    seconds: float
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    trouble: Trouble | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header field; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), None)


def shown_url(url: str) -> str:
    """A URL without its query, which may hold credentials."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
