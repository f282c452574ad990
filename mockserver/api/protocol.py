"""What the server, the sessions and the admin API ask of an API; its paths, words and codes stay in its own folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from taskmock.mockserver.http.message import Call, Reply
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import PastPoll, Polled, Query
from taskmock.mockserver.playback.presenter import Presenter
from taskmock.mockserver.playback.record import CreatedTask

if TYPE_CHECKING:
    from werkzeug.wrappers import Request


@dataclasses.dataclass(frozen=True, slots=True)
class Incoming:
    """A call for an API: `path` is decoded and lacks the session's prefix; `request` is the call as werkzeug reads it.

    `playback` plays the tasks.
    """

    call: Call
    path: str
    request: Request
    playback: Playback


class Outcome(NamedTuple):
    """What an API answers to a call, and what the journal says of it.

    `code` and `message` are those of a refusal. `task_id` and `scenario` are None where the call reached no task;
    `polled` is the poll that the call was, if any, and tells both. `quirks` names the traps of the real engine that the
    call has triggered, `faults` what a call has met that is no poll.
    """

    reply: Reply
    code: int = 0
    message: str = ""
    task_id: str | None = None
    scenario: str | None = None
    polled: Polled | None = None
    quirks: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


class Subject(NamedTuple):
    """What a call is about: the API's name for it, and the task and the node that it names, if it does."""

    call: str
    task_id: str | None = None
    node_id: str | None = None


class Prepared(Protocol):
    """A call that has been read and admitted."""

    @property
    def query(self) -> Query | None:
        """What a poll asks: it may be answered again without being read again. None for all other calls."""

    def answer(self) -> Outcome:
        """The answer to the call at this moment.

        Raises:
            CallRefusedError, UnknownNodeError, ScenarioNotFoundError, ScenarioError: There is none.
        """

    def again(self, past: PastPoll) -> bytes | None:
        """The body that a poll was answered with; None for other calls, and where another scenario plays by now."""


class ReadCall(Protocol):
    """A call whose path and credentials an API has read."""

    @property
    def credentials(self) -> Mapping[str, object]:
        """What the call shows of its caller; one of them may name the session."""

    @property
    def subject(self) -> Subject:
        """What the call is about, as far as it can be told before it is admitted."""

    def prepare(self, session: str, scenario: str | None) -> Prepared:
        """The call, admitted; `scenario` is what the call wants played.

        Raises:
            CallRefusedError: The API refuses the call.
        """


class Access(Protocol):
    """Who may call, where that is declared."""

    @property
    def declared(self) -> bool:
        """Whether it is declared; else any credentials will do."""

    def shown(self) -> dict[str, object]:
        """What is declared as JSON without secrets; all null where nothing is."""

    def declare(self, text: bytes) -> None:
        """Declares who may call, in the place of what was declared.

        Raises:
            ValueError: The text is no such declaration.
        """

    def drop(self) -> None:
        """Takes back what is declared."""


class Example(NamedTuple):
    """A call for the page that a browser gets: what is mocked, a path and query, and a header line ("" for none)."""

    title: str
    target: str
    header: str = ""


class Api(Protocol):
    """One mocked API. A server has one; it is passed to `build_app`.

    `presenter` is what playback asks of it, `access` who may call. `secrets` are the names of parameters whose values
    neither the journal nor a session's name may have. `notes` describes, by JSON Schema, what the API notes in the
    records of tasks (`Record.api`).
    """

    @property
    def presenter(self) -> Presenter: ...

    @property
    def access(self) -> Access: ...

    @property
    def secrets(self) -> frozenset[str]: ...

    @property
    def notes(self) -> Mapping[str, Mapping[str, Any]]: ...

    @property
    def example(self) -> Example: ...

    def claims(self, path: str) -> bool:
        """Whether a path is one of the API's, by any method."""

    def read(self, incoming: Incoming) -> ReadCall:
        """The call, as far as it can be read without knowing its session.

        Raises:
            CallRefusedError: The path leads to no call, or the credentials cannot be read.
        """

    def refuse(self, error: Exception, call: Call, path: str) -> Outcome:
        """What the API answers where an error stands in the way of an answer: its own refusal, or anything else."""

    def poll_url(self, task_id: str) -> str:
        """The path and query of a poll of a task, with credentials that do where none are declared."""

    def openapi(self, edition: str | None) -> dict[str, Any]:
        """The OpenAPI 3.1 document of the API in an edition; None is all of them."""

    def read_creation(self, playback: Playback, task_id: str, text: str) -> CreatedTask:
        """What a client has made a task with, as a replay link tells it.

        Raises:
            ValueError: No call could have made it.
            ScenarioNotFoundError, ScenarioError: The scenario that it plays cannot be played.
        """
