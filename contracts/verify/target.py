"""The server that is verified: its URL, its gateway, and who calls."""

from __future__ import annotations

import dataclasses
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.verify.credentials import PLACEHOLDERS, Credentials
from taskmock.contracts.verify.gateway import ACCESS, AUTHORIZATION, GatewayAccess, call_url, operation_row, query_text
from taskmock.contracts.verify.plan import DAY
from taskmock.contracts.verify.transport.client import Client, Tls
from taskmock.contracts.verify.transport.decompression import ACCEPTED
from taskmock.contracts.verify.transport.exchange import Call
from taskmock.contracts.verify.transport.proxy import is_local
from taskmock.schemas import chosen
from taskmock.schemas.argument import ArgumentError, demand

TIMEOUT = 35.0
"""How long an answer may take, in seconds, unless told otherwise: a gateway itself gives up after 30."""

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
_OURS = frozenset({"content-length", "transfer-encoding", "connection", AUTHORIZATION.lower()})


class TargetError(ValueError):
    """A server that cannot be asked as it is described; the text says what is wrong and what is allowed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A server to ask.

    `url` is its address, with a prefix of the path where it has one (a session of the mock, the gateway's own name).
    `gateway` is `esb`, `esb-legacy` or `apigw`, `stage` a stage of the latter. `credentials` may be left out for a
    server on this machine. `place` says where the ESB finds them: in the `header` or in the `query`. `headers` go with
    every call. `timeout` is in seconds, for a whole answer.

    Raises: TargetError for what cannot be.
    """

    url: str
    _: dataclasses.KW_ONLY
    gateway: str = "esb"
    stage: str = "prod"
    credentials: Credentials | None = None
    place: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    tls: Tls | None = None
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        """Checks the parts."""
        demand("Target(url)", self.url, str, "a URL as text")
        demand("Target(credentials=…)", self.credentials, Credentials | None, "Credentials")
        demand("Target(tls=…)", self.tls, Tls | None, "a Tls")
        demand("Target(timeout=…)", self.timeout, int | float, "seconds as a number")
        demand("Target(headers=…)", self.headers, tuple | list, "pairs of a name and a value")
        for pair in self.headers:
            is_pair = isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
            if not is_pair:
                raise ArgumentError("Target(headers=…) takes pairs of a name and a value, both text")
        demand("Target(stage=…)", self.stage, str, "a stage's name as text")
        object.__setattr__(self, "url", base_url(self.url))
        try:
            access = ACCESS[chosen("gateway", self.gateway, tuple(ACCESS))]
        except ValueError as error:
            raise TargetError(str(error)) from None
        if self.place is not None and self.place not in access.places:
            raise TargetError(
                f"{access.title} takes credentials in the {access.places[0]} only, not in the {self.place}"
            )
        if self.credentials is None and not self.is_local:
            raise TargetError(f"{self.url} is not on this machine: it needs credentials")
        if not 0 < self.timeout <= DAY:
            raise TargetError(f"a time-out is longer than 0 s and at most {DAY:,} s, not {self.timeout:g}")
        for name, value in self.headers:
            _check_header(name, value)

    @property
    def access(self) -> GatewayAccess:
        """The gateway."""
        return ACCESS[self.gateway]

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return is_on_this_machine(self.url)

    @property
    def caller(self) -> Credentials:
        """Who calls."""
        return self.credentials or PLACEHOLDERS

    def call(self, operation: str, parameters: Mapping[str, Any], *, credentials: Credentials | None = None) -> Call:
        """A call of the API, ready to be sent; `credentials` are others than the target's own.

        Raises:
            ValueError: There is no such operation.
            TargetError: A parameter is none that the gateway can take.
        """
        row = operation_row(operation)
        if self.access.ids_in_path:
            _check_ids(row, parameters)
        left = dict(parameters)
        url = self.url + self.access.path(self.url, row, left, stage=self.stage)
        fields = {
            "Accept": "application/json",
            "Accept-Encoding": ", ".join(ACCEPTED),
            "User-Agent": "taskmock verify",
        }
        told = (credentials or self.caller).fields
        if (self.place or self.access.places[0]) == "header":
            fields[AUTHORIZATION] = json.dumps(told)
        else:
            left = {**told, **left}
        body = None
        if row["method"] == "GET":
            query = urllib.parse.urlencode({name: query_text(value) for name, value in left.items()})
            url += f"?{query}" if query else ""
        else:
            fields["Content-Type"] = "application/json"
            body = json.dumps(left).encode("ascii")
        own = {name.lower() for name, _ in self.headers}
        kept = [(name, value) for name, value in fields.items() if name.lower() not in own]
        return Call(operation, row["method"], url, (*kept, *self.headers), body, writes=row["writes"])

    def client(self) -> Client:
        """Who asks it.

        Raises: TlsError where a certificate's file cannot be used.
        """
        secrets = () if self.credentials is None else self.credentials.secrets
        return Client(timeout=self.timeout, tls=self.tls, secrets=secrets)


def is_on_this_machine(url: str) -> bool:
    """Whether a URL leads to this machine."""
    return is_local(urllib.parse.urlsplit(url).hostname or "")


def base_url(url: str) -> str:
    """The URL of a server, checked, without a slash at its end.

    Raises: TargetError for what is none.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise TargetError(f"{url!r} is no URL: {error}") from None
    if parts.username is not None or parts.password is not None:
        raise TargetError("a URL with a user or a password in it is not used: give credentials by the environment")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        meant = f"; did you mean {'http://' + url!r}?" if "://" not in url and url.strip("/") else ""
        raise TargetError(f"{url!r} is no URL that begins with http:// or https:// and a host{meant}")
    if parts.netloc.endswith(":"):
        raise TargetError(f"{url!r} has a colon and no port behind it")
    _check_base(parts)
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise TargetError(f"{url!r}: percent-encode what is not ASCII (host names: in punycode)")
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _check_base(parts: urllib.parse.SplitResult) -> None:
    """Raises: TargetError for what says more than where the server is; without the query, which may have secrets."""
    shown = urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    called = call_url(parts)
    if called is not None:
        server = urllib.parse.urlunsplit((parts.scheme, parts.netloc, called.base, "", ""))
        told = f", and apart from it {', '.join(map(' '.join, called.said))}" if called.said else ""
        raise TargetError(f"{shown!r} is the URL of a call, not of a server: give {server!r}{told}")
    if parts.query or parts.fragment:
        raise TargetError(f"{shown!r}: the base of a server has no query and no fragment")


def _check_header(name: str, value: str) -> None:
    if not name or not set(name.lower()) <= _TOKEN:
        raise TargetError(f"{name!r} is no name of a header")
    if name.lower() in _OURS:
        raise TargetError(f"the header {name} is written by taskmock itself")
    if not value.isprintable() or not all(ord(character) < 256 for character in value):
        raise TargetError(f"the header {name}: its value must be printable Latin-1 text")


def _check_ids(row: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    for name in row["required"]:
        if f"{{{name}}}" in row["route"] and name in parameters and not str(parameters[name]).isdecimal():
            raise TargetError(f"the API gateway takes numbers only: {name} is {str(parameters[name])!r}")
