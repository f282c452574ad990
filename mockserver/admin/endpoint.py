"""One path of the admin API: how it is called, who answers it, and what its OpenAPI document says of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from taskmock.mockserver.clock import FASTEST
from taskmock.mockserver.http.callers import CallerPolicy
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.record import Record
from taskmock.mockserver.sessions.session import Session, SessionContext

Schema = Mapping[str, Any]


SPEED: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": FASTEST}
"""How many times as fast as time a clock may go."""


YAML = "application/yaml"
"""The content type of a scenario's text."""


class AdminError(Exception):
    """A call that cannot be answered: an HTTP status and what is wrong, with what is allowed."""

    def __init__(self, status: int, error: str, *, headers: tuple[tuple[str, str], ...] = (), **more: object) -> None:
        self.status = status
        self.headers = headers
        self.body = {"error": error, **more}
        super().__init__(error)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AdminCall:
    """One call: the session it belongs to (`caller`), the arguments of its path and of its query, and its body.

    `data` is the body as it came, `said` the same decoded, where the endpoint takes JSON. `guarded`: callers
    must show a token. `callers` judges all calls.
    """

    context: SessionContext
    caller: str
    path: Mapping[str, str]
    query: Mapping[str, Any]
    data: bytes = b""
    said: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    guarded: bool = False
    callers: CallerPolicy = dataclasses.field(default_factory=CallerPolicy)

    @property
    def playback(self) -> Playback:
        """What plays."""
        return self.context.playback

    @property
    def session(self) -> Session:
        """The session that the path names."""
        return Session(self.context, self.path["session"])


def list_of(properties: Mapping[str, Schema], **more: object) -> Schema:
    """The schema of a list of objects with these properties; `more` is what else is known of each."""
    return {"type": "array", "items": {"type": "object", **more, "properties": properties}}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an endpoint answers: JSON, unless `text` of some `kind` is given."""

    body: object = dataclasses.field(default_factory=dict)
    status: int = 200
    text: str | None = None
    kind: str = YAML
    headers: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """One method of one path (`{name}` stands for an argument).

    `body` describes a JSON body by its properties; `required` are those it must have. `raw` takes any text instead.
    `query` describes the query's arguments, `needed` are those it must have. `gives` describes the answer's properties;
    None is the text of a scenario. With `leads` it may also send a browser on. `unguarded` wants no token, ever.
    """

    method: str
    path: str
    summary: str
    answer: Callable[[AdminCall], Answered]
    _: dataclasses.KW_ONLY
    body: Mapping[str, Schema] | None = None
    required: tuple[str, ...] = ()
    raw: bool = False
    query: Mapping[str, Schema] = dataclasses.field(default_factory=dict)
    needed: tuple[str, ...] = ()
    gives: Mapping[str, Schema] | None = dataclasses.field(default_factory=dict)
    leads: bool = False
    unguarded: bool = False


def record_of(call: AdminCall) -> Record:
    """The record of the task that the path names, the latest one where it has played several scenarios.

    Raises:
        AdminError: There is none.
    """
    found = call.playback.latest(call.path["session"], call.path["task"])
    if found is None:
        known = list(dict.fromkeys(record.key.task_id for record in call.session.records()))
        raise AdminError(404, f"this session has no task {call.path['task']!r}; PUT opens it", known=known[:100])
    return call.playback.record(found.key)
