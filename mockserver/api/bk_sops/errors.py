"""Why a call is refused: the reasons that all doors know, and the error that carries what one of them says."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any


class Refusal(enum.StrEnum):
    """What a door refuses of its own accord; each door has a code, a status and words of its own for each of them."""

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


class RefusedError(Exception):
    """A refused call: an HTTP status, a code and a message for the envelope, and what else stands there.

    `name` is set where the door itself refuses and not the system behind it: what the door calls the code, "" where
    it has no names for codes. `headers` are those that come with the refusal.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 200,
        extra: Mapping[str, Any] | None = None,
        name: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.code = code
        self.message = message
        self.status = status
        self.extra = extra or {}
        self.name = name
        self.headers = headers
        super().__init__(message)

    def with_status(self, status: int) -> RefusedError:
        """The same with another HTTP status."""
        return self._copy(status=status)

    def with_extra(self, extra: Mapping[str, Any]) -> RefusedError:
        """The same with more in its envelope."""
        return self._copy(extra={**self.extra, **extra})

    def _copy(self, **changed: Any) -> RefusedError:  # noqa: ANN401  # the arguments of the class
        kept = {"status": self.status, "extra": self.extra, "name": self.name, "headers": self.headers}
        return RefusedError(self.code, self.message, **{**kept, **changed})

    @property
    def by_door(self) -> bool:
        """Whether the door refuses; else the system behind it does."""
        return self.name is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """How one door says one refusal: its code, its words (with `{names}` in them), its HTTP status.

    `name` is what the door calls the code. With `by_system` the system behind the door refuses, in whose words.
    """

    code: int
    message: str
    status: int = 200
    name: str = ""
    by_system: bool = False

    def error(self, values: Mapping[str, object], headers: tuple[tuple[str, str], ...] = ()) -> RefusedError:
        """The refusal itself; a value that nobody knows is an ellipsis."""
        message = self.message.format_map(_Known(values))
        name = None if self.by_system else self.name
        return RefusedError(self.code, message, status=self.status, name=name, headers=headers)


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


PARAMETERS = 3540000
"""A parameter is wrong."""


NOT_FOUND = 3540400
"""There is no such thing."""


INVALID_OPERATION = 3545000
"""An operation that the task is not ready for, or that nobody knows."""


UNKNOWN = 3599999
"""Whatever has no code of its own: what the engine itself refuses (`message` then carries a traceback), or a crash."""
