"""What all doors have in common: a request as parameters, and an answer or a refusal in an envelope."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson

Parameters = Mapping[str, Any]
"""What a call says, credentials included, wherever it says it (query, body or header); values as they were decoded."""

LONGEST_ID = 128
"""The most characters that an id in a call may have; no real one has more than 32."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as a door reads it: `query` and `form` decoded, `body` its raw bytes, `authorization` the header."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]
    authorization: str | None


class RefusedError(Exception):
    """A call that a door refuses: an HTTP status, a code and a message for the envelope, and what else stands there."""

    def __init__(self, code: int, message: str, *, status: int = 200, extra: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.message = message
        self.status = status
        self.extra = extra or {}
        super().__init__(message)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API: its method, its path behind the API gateway's stage, and what it must say.

    `required` are the parameters without which it is refused, in the order in which they are missed.
    """

    name: str
    method: str
    route: str
    required: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Operation:
        """The operation of a row of the schemas' table."""
        return cls(name=row["name"], method=row["method"], route=row["route"], required=tuple(row["required"]))


class Succeed(Protocol):
    """Writes the envelope around `data`."""

    def __call__(self, data: bytes, request_id: str, *, message: str = "") -> bytes: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One way in.

    `paths` are routing rules with `<operation>` in them, `methods` what they take, `plain_code` the code for all
    that has none of its own. `read` gives a request's parameters or refuses its body, `admit` refuses credentials,
    `missing` is the refusal for an absent parameter, `wrong` for one that is not what it must be.
    `rate_limited` takes the limit and the seconds until it is lifted, and gives headers too. `refused_request` is
    for what is no proper request at all (too large, malformed, too slow) and for crashes of our own. `succeed` and
    `fail` write the envelope around `data` (JSON bytes) or around a refusal; both take the request id.
    """

    name: str
    paths: tuple[str, ...]
    methods: tuple[str, ...]
    plain_code: int
    read: Callable[[Received], Parameters]
    admit: Callable[[Parameters], None]
    missing: Callable[[str], RefusedError]
    wrong: Callable[[str, str], RefusedError]
    unknown_path: Callable[[str, str], RefusedError]
    wrong_method: Callable[[str, tuple[str, ...]], RefusedError]
    unknown_node: Callable[[str], RefusedError]
    expired: Callable[[str], RefusedError]
    rate_limited: Callable[[int, int], tuple[RefusedError, tuple[tuple[str, str], ...]]]
    refused_request: Callable[[int, str], RefusedError]
    succeed: Succeed
    fail: Callable[[RefusedError, str], bytes]

    def checked(self, parameters: Parameters, operation: Operation) -> Mapping[str, str]:
        """The required parameters of a call that may be answered, as text without blanks around it.

        Raises:
            RefusedError: Credentials or parameters are missing, or are what no id can be.
        """
        self.admit(parameters)
        return {name: self._id(name, parameters.get(name)) for name in operation.required}

    def _id(self, name: str, value: object) -> str:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise self.missing(name)
        text = _text(value)
        if text is None:
            raise self.wrong(name, "must be a string or a whole number")
        if len(text) > LONGEST_ID or not text.isprintable():
            raise self.wrong(name, f"must be 1 to {LONGEST_ID} printable characters")
        return text


def _text(value: object) -> str | None:
    """What a parameter says; None where it is neither text nor a whole number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()


def written(data: object) -> bytes:
    """Decoded JSON as the bytes that an envelope has for `data`."""
    return orjson.dumps(data)


def is_given(parameters: Parameters, name: str) -> bool:
    """Whether a parameter says something."""
    return bool(_text(parameters.get(name)))
