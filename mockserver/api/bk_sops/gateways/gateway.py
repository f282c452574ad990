"""What all gateways have in common: reading a request's parameters, and an answer or a refusal in an envelope.

What differs between gateways stands in the schemas' table (`gateways.json`), and in how a class writes its envelopes.
"""

from __future__ import annotations

import abc
import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode

import orjson

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusalTemplate, RefusedError, refusal_templates
from taskmock.mockserver.api.bk_sops.request import (
    CREDENTIALS,
    LONGEST_ID,
    STRUCTURED,
    SYSTEM_CHECKED,
    Fields,
    Operation,
    Parameters,
    Place,
    Received,
    decoded_json,
    plain_number,
    text_in,
)
from taskmock.schemas import load_gateways

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NUMBERED = frozenset({"bk_biz_id", "task_id", "template_id"})
_WORDS = frozenset({"node_id", "action"})  # no number is one
_LONGEST_ECHO = 200  # characters of a caller's path in a message


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gateway(abc.ABC):
    """One gateway that leads to the API.

    `paths` are templates with `{operation}`, or `{stage}` and `{route}`, in them, `app_paths` those at which no user
    has to be verified; `methods` has for the method of an operation those that the gateway takes. `credentials` are the
    places where they may stand; the header wins. With `numeric_ids` the ids in the path are numbers, with `takes_forms`
    a body may be a form. `refusals` has a template for each refusal. `system_code` is the code that the gateway puts in
    the place of every code of the system behind it (None: it keeps them).
    """

    name: str
    paths: tuple[str, ...]
    app_paths: tuple[str, ...]
    methods: Mapping[str, tuple[str, ...]]
    credentials: frozenset[Place]
    numeric_ids: bool
    takes_forms: bool
    refusals: Mapping[Refusal, RefusalTemplate]
    system_code: int | None

    @classmethod
    def load(cls, name: str) -> Self:
        """The gateway of that name in the schemas' table."""
        row = load_gateways()[name]
        return cls(
            name=name,
            paths=tuple(row["paths"]),
            app_paths=tuple(row["app_paths"]),
            methods={method: tuple(taken) for method, taken in row["methods"].items()},
            credentials=frozenset(map(Place, row["credentials"])),
            numeric_ids=row["ids_in_path"],
            takes_forms=row["forms"],
            refusals=refusal_templates(row),
            system_code=row["system_error"] and row["errors"][row["system_error"]]["code"],
        )

    @abc.abstractmethod
    def succeed(self, data: bytes, request_id: str, message: str | None) -> bytes:
        """The envelope of a good answer around its `data`; `message` is None where the system behind says none."""

    @abc.abstractmethod
    def _envelope(self, refused: RefusedError, request_id: str) -> dict[str, Any]:
        """The envelope of a refusal."""

    @property
    def statuses(self) -> Mapping[int, Refusal]:
        """The refusal that stands for an HTTP status of the system behind; empty where the gateway hides statuses."""
        backend = (Refusal.BACKEND_FAILED, Refusal.BACKEND_AWAY, Refusal.BACKEND_TIMEOUT)
        return {self.refusals[each].status: each for each in backend if self.refusals[each].status != 200}

    # -- what a request has

    def read_credentials(self, received: Received) -> Parameters:
        """The credentials of a request, from each place where the gateway takes them; those in the header win.

        Raises:
            RefusedError: The body or the header cannot be read.
        """
        credentials: dict[str, Any] = {}
        place = Place.BODY if received.method == "POST" else Place.QUERY
        if place in self.credentials:
            credentials |= _credentials(self._said(received))
        if received.authorization is not None:
            credentials |= self._authorization(received.authorization)
        return credentials

    def read_parameters(self, received: Received) -> Parameters:
        """The parameters of a request, without the credentials that stand in its header.

        GET has them in the query; POST in the body alone, JSON of any Content-Type, or a form where the gateway takes
        one; both have them in the path as well.

        Raises:
            RefusedError: The body cannot be read.
        """
        return {**self._said(received), **received.in_path}

    def _said(self, received: Received) -> Parameters:
        if received.method != "POST":
            return received.query
        if not received.body.strip():
            return {}
        try:
            decoded = decoded_json(received.body)
        except ValueError:
            if self.takes_forms and received.form and not received.body.lstrip().startswith((b"{", b"[")):
                return {name: _of_form(name, text) for name, text in received.form.items()}
            raise self.refused(Refusal.BODY_UNREADABLE) from None
        if not isinstance(decoded, dict):
            raise self.refused(Refusal.BODY_NO_OBJECT)
        return decoded

    def _authorization(self, header: str) -> Parameters:
        try:
            decoded = decoded_json(header)
        except ValueError:
            decoded = None
        if not isinstance(decoded, dict):
            raise self.refused(Refusal.AUTHORIZATION_UNREADABLE)
        return _credentials(decoded)

    def required_parameters(self, parameters: Parameters, operation: Operation) -> Mapping[str, str]:
        """The required parameters of a call that are ids or actions, as text; ids without blanks around them.

        Raises:
            RefusedError: One is missing, or cannot be an id.
        """
        ids = (name for name in operation.required if name not in SYSTEM_CHECKED)
        return {name: self._id(name, parameters.get(name)) for name in ids}

    def _id(self, name: str, value: object) -> str:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise self.refused(Refusal.PARAMETER_MISSING, name=name)
        text = text_in(value)
        if text is None or (name in _WORDS and not isinstance(value, str)):
            raise self.refused(Refusal.PARAMETER_WRONG, name=name, demand="must be a string or a whole number")
        if name == "action":
            text = str(value)
        if len(text) > LONGEST_ID or not text.isprintable():
            demand = f"must be 1 to {LONGEST_ID} printable characters"
            raise self.refused(Refusal.PARAMETER_WRONG, name=name, demand=demand)
        return plain_number(text) if name in _NUMBERED else text

    def target(self, operation: Operation, said: Mapping[str, str], *, stage: str = "prod") -> str:
        """The path and query of a call, at the first of the gateway's paths.

        Credentials are left out where the gateway does not take them from a query.
        """
        template = self.paths[0].replace("{operation}", operation.name).replace("{route}", operation.route)
        values = {"stage": stage, **said}
        path = _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)
        in_path = set(_PLACEHOLDER.findall(template))
        hidden = in_path if Place.QUERY in self.credentials else in_path | set(CREDENTIALS)
        query = urlencode({name: value for name, value in said.items() if name not in hidden})
        return f"{path}?{query}" if query else path

    # -- what the gateway answers

    def refused(self, refusal: Refusal, **values: object) -> RefusedError:
        """A refusal in the gateway's words; `values` are those that its text mentions."""
        if "path" in values:
            path = str(values["path"])
            values["path"] = path if len(path) <= _LONGEST_ECHO else path[:_LONGEST_ECHO] + "…"
        return self.refusals[refusal].error(values)

    def written_refusal(self, refused: RefusedError, request_id: str) -> bytes:
        """The body of a refusal."""
        envelope = {**self._envelope(refused, request_id), "code": self.code_of(refused), **refused.extra}
        # json, not orjson: a message may quote text that no UTF-8 can hold.
        return json.dumps(envelope).encode("ascii")

    def headers(self, _request_id: str, _refused: RefusedError | None = None) -> Fields:
        """The headers of every answer of the gateway, and of a refusal."""
        return (("Content-Type", "application/json"),)

    def code_of(self, refused: RefusedError) -> int:
        """The code that a client sees of a refusal."""
        return refused.code if refused.by_gateway or self.system_code is None else self.system_code


def _of_form(name: str, text: str) -> object:
    """A parameter from a form, which carries objects and lists as JSON text."""
    if name not in STRUCTURED:
        return text
    try:
        return decoded_json(text)
    except ValueError:
        return text


def _credentials(said: Parameters) -> Parameters:
    return {name: said[name] for name in CREDENTIALS if name in said}


def written(data: object) -> bytes:
    """Decoded JSON as the bytes that an envelope has for `data`."""
    try:
        return orjson.dumps(data)
    except orjson.JSONEncodeError:  # deeper than it goes, a larger number, or text that no UTF-8 can hold
        return json.dumps(data).encode("ascii")


def with_more(envelope: bytes, more: Mapping[str, object]) -> bytes:
    """An envelope, a JSON object that is not empty, with more in it."""
    return envelope[:-1] + b"," + written(more)[1:] if more else envelope
