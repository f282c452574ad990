"""Why a call is refused: the reasons that all gateways know, the error that carries one of them, the system's codes."""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Mapping
from typing import Any

from taskmock.mockserver.http.message import CallRefusedError
from taskmock.schemas import load_json

_SYSTEM_CODES: Mapping[str, int] = load_json("gateways.json")["system_codes"]

PARAMETERS = _SYSTEM_CODES["parameters"]
"""A parameter is missing or wrong."""

NOT_FOUND = _SYSTEM_CODES["not found"]
"""There is no such thing."""

INVALID_OPERATION = _SYSTEM_CODES["invalid operation"]
"""An operation that the task is not ready for, or an unknown one."""

UNKNOWN = _SYSTEM_CODES["unknown"]
"""A failure without a code of its own: what the engine itself refuses (`message` has a traceback), or a crash."""


class Refusal(enum.StrEnum):
    """What a gateway itself refuses; each gateway has a code, a status and a text for each of them."""

    APP_CODE_MISSING = "app code missing"
    APP_UNKNOWN = "app unknown"
    APP_SECRET_MISSING = "app secret missing"  # noqa: S105  # a name, no secret
    APP_SECRET_WRONG = "app secret wrong"  # noqa: S105
    USER_MISSING = "user missing"
    USER_UNVERIFIED = "user unverified"  # named by an app that may not name users
    TOKEN_INVALID = "token invalid"  # noqa: S105  # of a user: unknown or expired
    ACCESS_TOKEN_INVALID = "access token invalid"  # noqa: S105
    AUTHORIZATION_UNREADABLE = "authorization unreadable"
    APP_NOT_PERMITTED = "app not permitted"
    BODY_UNREADABLE = "body unreadable"
    BODY_NO_OBJECT = "body no object"
    PATH_UNKNOWN = "path unknown"
    NOT_MOCKED = "not mocked"  # a call of the real API that the mock does not have
    METHOD_WRONG = "method wrong"
    PARAMETER_MISSING = "parameter missing"
    PARAMETER_WRONG = "parameter wrong"
    NODE_UNKNOWN = "node unknown"
    RATE_LIMITED = "rate limited"
    BODY_TOO_LARGE = "body too large"
    REQUEST_BROKEN = "request broken"
    GATEWAY_BROKEN = "gateway broken"
    BACKEND_FAILED = "backend failed"
    BACKEND_AWAY = "backend away"
    BACKEND_TIMEOUT = "backend timeout"


@dataclasses.dataclass(eq=False)
class RefusedError(CallRefusedError):
    """A refused call: the HTTP status, and the code, the message and the further fields of the envelope.

    `name` is the gateway's name for the code where the gateway refuses, None where the system behind it does.
    `headers` are those that come with the refusal.
    """

    code: int
    message: str
    _: dataclasses.KW_ONLY
    status: int = 200
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    name: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.message

    @property
    def by_gateway(self) -> bool:
        """Whether the gateway refuses; else the system behind it does."""
        return self.name is not None


@dataclasses.dataclass(frozen=True, slots=True)
class RefusalTemplate:
    """The code, the HTTP status and the text (with `{names}` in it) of one refusal at one gateway.

    `name` is the gateway's name for the code, None where the system behind the gateway refuses.
    """

    code: int
    message: str
    status: int
    name: str | None

    def error(self, values: Mapping[str, object]) -> RefusedError:
        """The refusal with the values in its text; an unknown value is an ellipsis."""
        message = self.message.format_map(collections.defaultdict(lambda: "…", values))
        return RefusedError(self.code, message, status=self.status, name=self.name)


def refusal_templates(row: Mapping[str, Any]) -> dict[Refusal, RefusalTemplate]:
    """The refusals of a gateway by its row of the schemas' table."""
    templates = {}
    for refusal, said in row["refusals"].items():
        name = said.get("error")
        error = {"code": _SYSTEM_CODES[said["system"]]} if name is None else row["errors"][name]
        status = said.get("status", error.get("status", 200))
        templates[Refusal(refusal)] = RefusalTemplate(error["code"], said["message"], status, name)
    return templates
