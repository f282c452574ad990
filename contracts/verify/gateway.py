"""A gateway from the caller's side: where parameters and credentials stand, and which paths there are."""

from __future__ import annotations

import dataclasses
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.verify.credentials import Credentials
from taskmock.schemas import chosen, load_gateways, load_json, load_operations

PLACES = ("header", "query")
"""Where credentials can stand: in `X-Bkapi-Authorization`, or beside the parameters."""

AUTHORIZATION: str = load_json("gateways.json")["authorization"]["header"]


@dataclasses.dataclass(frozen=True, slots=True)
class GatewayAccess:
    """How a client calls one gateway: `title` for people, the templates of its `paths`, whether ids stand in the path,
    and the `places` where credentials may stand, the usual one first."""

    name: str
    title: str
    paths: tuple[str, ...]
    ids_in_path: bool
    places: tuple[str, ...]


ACCESS = {
    name: GatewayAccess(
        name,
        row["title"],
        tuple(row["paths"]),
        row["ids_in_path"],
        tuple(place for place in row["credentials"] if place in PLACES),
    )
    for name, row in load_gateways().items()
}
"""Every gateway that can be asked, by the names that `--gateway` has for them."""


@dataclasses.dataclass(frozen=True, slots=True)
class CallFormat:
    """How a call to a gateway is written: `place` has the credentials, `stage` is a stage of the API gateway."""

    access: GatewayAccess
    place: str
    stage: str

    def written(
        self, base: str, operation: Mapping[str, Any], parameters: Mapping[str, Any], credentials: Credentials
    ) -> tuple[str, dict[str, str], bytes | None]:
        """The URL, the header fields and the body of a call; `base` is the URL of the server, `operation` a row of the
        schemas' table."""
        parameters = dict(parameters)
        path = self._path(base, operation, parameters)
        headers = {}
        if self.place == "header":
            headers[AUTHORIZATION] = json.dumps(credentials.fields)
        else:
            parameters = {**credentials.fields, **parameters}
        if operation["method"] == "GET":
            query = urllib.parse.urlencode({name: _text(value) for name, value in parameters.items()})
            return f"{base}{path}{'?' if query else ''}{query}", headers, None
        headers["Content-Type"] = "application/json"
        return f"{base}{path}", headers, json.dumps(parameters).encode("ascii")

    def _path(self, base: str, operation: Mapping[str, Any], parameters: dict[str, Any]) -> str:
        """The path behind the base; takes the parameters that stand in it out of the others."""
        paths = self.access.paths
        if not self.access.ids_in_path:
            return paths[0].format(operation=operation["name"])
        route = operation["route"]
        names = [name for name in operation["required"] if f"{{{name}}}" in route and name in parameters]
        inside = {name: urllib.parse.quote(_text(parameters.pop(name)), safe="") for name in names}
        for name in operation["required"]:
            route = route.replace(f"{{{name}}}", inside.get(name, ""))
        path = self._without_repetition(base, paths)
        return path.replace("{stage}", urllib.parse.quote(self.stage, safe="")).replace("{route}", route)

    @staticmethod
    def _without_repetition(base: str, paths: tuple[str, ...]) -> str:
        """The path of the gateway whose prefix the base does not have yet."""
        prefix = paths[0].partition("{stage}")[0].rstrip("/")
        name = prefix.rpartition("/")[2]
        parts = urllib.parse.urlsplit(base)
        is_named = parts.path.endswith(prefix) or (parts.hostname or "").partition(".")[0] == name
        return paths[1] if is_named else paths[0]


def operation_row(name: str) -> Mapping[str, Any]:
    """The row of a call in the schemas' table.

    Raises: ValueError for an unknown one, with those there are.
    """
    rows = load_operations()
    return rows[chosen("operation", name, tuple(rows))]


def _text(value: object) -> str:
    """A parameter as a query or a path has it; booleans as the SDKs send them (`True`)."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value)
