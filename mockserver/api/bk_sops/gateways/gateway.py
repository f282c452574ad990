"""What all doors have in common: a request as parameters, and an answer or a refusal in an envelope.

A door is data: where its calls say what, and how it says each refusal. The mechanism is here, once for all of them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError, Row
from taskmock.mockserver.api.bk_sops.request import (
    CREDENTIALS,
    LISTS,
    LONGEST_ID,
    Fields,
    Operation,
    Parameters,
    Place,
    Received,
    _plain_number,
    _text,
    decoded_json,
)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


_NUMBERED = frozenset({"bk_biz_id", "task_id", "template_id"})


_LONGEST_ECHO = 200  # characters of a caller's path in a message


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gateway:
    """One way in.

    `paths` are templates with `{operation}`, or `{stage}` and `{route}`, in them; `methods` says for the method that an
    operation has which ones the door takes. `credentials` are the places where they may stand; the header wins.
    `refusals` has a row for each refusal, `statuses` the refusal that stands for an HTTP status of the system behind.
    `system_code` is the code that the door puts in the place of every code of that system (None: it keeps them).
    `succeed` writes the envelope around `data`, `fail` that of a refusal; both take the request id. `head` are the
    headers of every answer to a request id, `rate_limit` those of a refusal by a limit that ends in so many seconds.
    """

    name: str
    paths: tuple[str, ...]
    methods: Mapping[str, tuple[str, ...]]
    credentials: frozenset[Place]
    numeric_ids: bool = False
    refusals: Mapping[Refusal, Row]
    statuses: Mapping[int, Refusal] = dataclasses.field(default_factory=dict)
    system_code: int | None = None
    succeed: Callable[[bytes, str, str], bytes]
    fail: Callable[[RefusedError, str], dict[str, Any]]
    head: Callable[[str], Fields] = lambda _: ()
    rate_limit: Callable[[int, int], Fields] = lambda _limit, _reset: ()
    error_head: Callable[[RefusedError], Fields] = lambda _: ()

    # -- what a request says

    def shown(self, received: Received) -> Parameters:
        """The credentials of a request, from wherever the door takes them; those in the header win.

        Raises:
            RefusedError: What they stand in cannot be read.
        """
        shown: dict[str, Any] = {}
        if Place.QUERY in self.credentials:
            shown |= _credentials(received.query)
        if Place.BODY in self.credentials:
            shown |= _credentials(self._body(received))
        if received.authorization is not None:
            shown |= self._authorization(received.authorization)
        return shown

    def said(self, received: Received) -> Parameters:
        """The parameters of a request, without the credentials that stand in its header.

        GET says all in the query; POST in a JSON body whatever its Content-Type, else in a form; both in the path too.

        Raises:
            RefusedError: The body cannot be read.
        """
        return {**received.query, **self._body(received), **received.in_path}

    def _body(self, received: Received) -> Parameters:
        if received.method != "POST":
            return {}
        if not received.body.strip():
            return received.form
        try:
            decoded = decoded_json(received.body)
        except ValueError:
            if received.form and not received.body.lstrip().startswith((b"{", b"[")):
                return received.form
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

    def needed(self, parameters: Parameters, operation: Operation) -> Mapping[str, str]:
        """The required parameters of a call, as text without blanks around it; lists are not among them.

        Raises:
            RefusedError: One is missing, or is what no id can be.
        """
        return {name: self._id(name, parameters.get(name)) for name in operation.required if name not in LISTS}

    def _id(self, name: str, value: object) -> str:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise self.refused(Refusal.PARAMETER_MISSING, name=name)
        text = _text(value)
        if text is None:
            raise self.refused(Refusal.PARAMETER_WRONG, name=name, demand="must be a string or a whole number")
        if len(text) > LONGEST_ID or not text.isprintable():
            demand = f"must be 1 to {LONGEST_ID} printable characters"
            raise self.refused(Refusal.PARAMETER_WRONG, name=name, demand=demand)
        return _plain_number(text) if name in _NUMBERED else text

    def target(self, operation: Operation, said: Mapping[str, str], *, stage: str = "prod") -> str:
        """A path and query that ask for a call, at the first of the door's paths.

        Credentials are left out where the door does not take them from a query.
        """
        template = self.paths[0].replace("{operation}", operation.name).replace("{route}", operation.route)
        values = {"stage": stage, **said}
        path = _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)
        in_path = set(_PLACEHOLDER.findall(template))
        hidden = in_path if Place.QUERY in self.credentials else in_path | set(CREDENTIALS)
        query = urlencode({name: value for name, value in said.items() if name not in hidden})
        return f"{path}?{query}" if query else path

    # -- what the door says

    def refused(self, refusal: Refusal, **values: object) -> RefusedError:
        """A refusal in the door's own words; `values` are what its text mentions."""
        if "path" in values:
            path = str(values["path"])
            values["path"] = path if len(path) <= _LONGEST_ECHO else path[:_LONGEST_ECHO] + "…"
        headers: Fields = ()
        if refusal is Refusal.RATE_LIMITED:
            headers = self.rate_limit(int(str(values.get("limit", 0))), int(str(values.get("reset", 0))))
        return self.refusals[refusal].error(values, headers)

    def written_refusal(self, refused: RefusedError, request_id: str) -> bytes:
        """The body of a refusal."""
        if self.system_code is not None and not refused.by_door:
            refused = RefusedError(self.system_code, refused.message, status=refused.status, extra=refused.extra)
        # json, not orjson: a message may quote text that no UTF-8 can hold.
        return json.dumps({**self.fail(refused, request_id), **refused.extra}).encode("ascii")

    def headers(self, request_id: str, refused: RefusedError | None = None) -> Fields:
        """What stands over every answer of the door, and over a refusal."""
        plain: Fields = (("Content-Type", "application/json"), *self.head(request_id))
        return plain if refused is None else (*plain, *refused.headers, *self.error_head(refused))

    def code_of(self, refused: RefusedError) -> int:
        """The code that a client sees of a refusal."""
        return refused.code if refused.by_door or self.system_code is None else self.system_code


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
