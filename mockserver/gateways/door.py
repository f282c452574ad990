"""What all doors have in common: a request as parameters, and an answer or a refusal in an envelope."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

Parameters = Mapping[str, Any]
"""What a call says, credentials included, wherever it says it (query, body or header); values as they were decoded."""


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
    """A call that a door refuses: an HTTP status, and a code and a message for the envelope."""

    def __init__(self, code: int, message: str, *, status: int = 200) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(message)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API and the parameters without which it is refused, in the order in which they are missed."""

    name: str
    required: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One way in.

    `paths` are routing rules with `<operation>` in them, `methods` what they take, `plain_code` the code for all
    that has none of its own. `read` gives a request's parameters, `admit` refuses credentials, `missing` is the
    refusal for an absent parameter. `refused_request` is for what is no proper request at all (too large,
    malformed, too slow) and for crashes of our own. `succeed` and `fail` write the envelope around `data` (JSON
    bytes) or around a refusal; both take the request id.
    """

    name: str
    paths: tuple[str, ...]
    methods: tuple[str, ...]
    plain_code: int
    read: Callable[[Received], Parameters]
    admit: Callable[[Parameters], None]
    missing: Callable[[str], RefusedError]
    unknown_path: Callable[[str, str], RefusedError]
    wrong_method: Callable[[str, tuple[str, ...]], RefusedError]
    unknown_node: Callable[[str], RefusedError]
    expired: Callable[[str], RefusedError]
    refused_request: Callable[[int, str], RefusedError]
    succeed: Callable[[bytes, str], bytes]
    fail: Callable[[RefusedError, str], bytes]

    def parameters(self, received: Received, operation: Operation) -> Parameters:
        """The parameters of a call that may be answered.

        Raises:
            RefusedError: Credentials or parameters are missing, or the body cannot be read.
        """
        parameters = self.read(received)
        self.admit(parameters)
        for name in operation.required:
            if _is_empty(parameters.get(name)):
                raise self.missing(name)
        return parameters


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_given(parameters: Parameters, name: str) -> bool:
    """Whether a parameter says something."""
    return not _is_empty(parameters.get(name))
