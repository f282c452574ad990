"""One call of the API as the system behind the gateways gets it, and its result."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from taskmock.mockserver.api.bk_sops.request import Parameters
from taskmock.mockserver.playback.player import Playback
from taskmock.mockserver.playback.poll import Query
from taskmock.mockserver.playback.record import RecordKey


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """A call that a gateway has read and admitted.

    `said` is all that it says, `needed` its required parameters as text. `scenario` is what it wants played (None:
    what its session plays), `user` who calls. `owns` says whether a task id is one of the business that it names,
    `projects` gives the businesses that the user may see.
    `quirks`: it is answered with the real system's flaws.
    """

    session: str
    said: Parameters
    needed: Mapping[str, str]
    scenario: str | None = None
    user: str = "admin"
    quirks: bool = True
    owns: Callable[[str], bool] = lambda _: True
    projects: Callable[[], tuple[str, ...]] = lambda: ()

    def query(self, task_id: str | None = None, *, scenario: str | None = None) -> Query:
        """The task that the call is about, or another one of its session, playing `scenario` or what the call says."""
        wanted = scenario or self.scenario
        return Query(session=self.session, task_id=task_id or self.needed["task_id"], scenario=wanted)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a call gives: `data` as decoded JSON, the envelope's `message`, and the record of the task it reached.

    `message` is None where the system says none. `beside` is what else stands in the envelope. `quirks` names the traps
    of the real engine that the call has triggered.
    """

    data: object
    message: str | None = ""
    beside: Mapping[str, object] = dataclasses.field(default_factory=dict)
    key: RecordKey | None = None
    quirks: tuple[str, ...] = ()


Answer: TypeAlias = Callable[[Playback, ApiCall], Done]
"""Answers a call.

Raises:
    RefusedError: The system refuses it, with the real server's code and words.
    ScenarioNotFoundError, ScenarioError: As for a poll.
"""


def said_json(said: Parameters, name: str, absent: Any) -> Any:  # noqa: ANN401  # decoded JSON
    """A parameter as decoded JSON: a query and a form carry it as text; text that is no JSON stays what it is."""
    value = said.get(name)
    if value is None or value == "":
        return absent
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def said_flag(said: Parameters, name: str) -> bool | None:
    """What a parameter says that is true or false, in JSON or as text; None where it says neither."""
    value = said.get(name)
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())
