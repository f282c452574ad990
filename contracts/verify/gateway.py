"""The ways into the API as a client goes them: where parameters and credentials stand, and which paths there are."""

from __future__ import annotations

import dataclasses
import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.verify.credentials import Credentials
from taskmock.schemas import load_gateways, load_operations

PLACES = ("header", "query")
"""Where credentials can stand: in `X-Bkapi-Authorization`, or beside the parameters."""

AUTHORIZATION = "X-Bkapi-Authorization"


@dataclasses.dataclass(frozen=True, slots=True)
class GatewayAccess:
    """One gateway: `title` for people, the `paths` it has in the schemas, whether ids stand in the path, and where
    credentials may stand, the usual place first."""

    name: str
    title: str
    paths: str
    ids_in_path: bool
    places: tuple[str, ...]


DOORS = {
    access.name: access
    for access in (
        GatewayAccess("esb", "the ESB", "esb", ids_in_path=False, places=("header", "query")),
        GatewayAccess("esb-legacy", "the legacy ESB", "esb", ids_in_path=False, places=("query", "header")),
        GatewayAccess("apigw", "the API gateway", "apigw", ids_in_path=True, places=("header",)),
    )
}
"""Every door that can be asked, by the names that `--gateway` has for them."""


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """How a call is written at a door: `place` is where the credentials stand, `stage` a stage of the API gateway."""

    access: GatewayAccess
    place: str
    stage: str

    def written(
        self, base: str, operation: Mapping[str, Any], parameters: Mapping[str, Any], credentials: Credentials
    ) -> tuple[str, dict[str, str], bytes | None]:
        """The URL, the header fields and the body of a call; `base` is where the server is, `operation` a row of the
        schemas' table."""
        said = dict(parameters)
        path = self._path(base, operation, said)
        headers = {}
        if self.place == "header":
            headers[AUTHORIZATION] = json.dumps(credentials.fields)
        else:
            said = {**credentials.fields, **said}
        if operation["method"] == "GET":
            query = urllib.parse.urlencode({name: _text(value) for name, value in said.items()})
            return f"{base}{path}{'?' if query else ''}{query}", headers, None
        headers["Content-Type"] = "application/json"
        return f"{base}{path}", headers, json.dumps(said).encode("ascii")

    def _path(self, base: str, operation: Mapping[str, Any], said: dict[str, Any]) -> str:
        """The path behind the base; takes the parameters that stand in it out of the others."""
        paths = load_gateways()[self.access.paths]
        if not self.access.ids_in_path:
            return paths[0].format(operation=operation["name"])
        route = operation["route"]
        names = [name for name in operation["required"] if f"{{{name}}}" in route and name in said]
        inside = {name: urllib.parse.quote(_text(said.pop(name)), safe="") for name in names}
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
    """What the schemas say of a call.

    Raises: ValueError for an unknown one, with those there are.
    """
    from taskmock.schemas import chosen

    rows = load_operations()
    return rows[chosen("operation", name, tuple(rows))]


def _text(value: object) -> str:
    """A parameter as a query or a path has it; booleans as the SDKs send them (`True`)."""
    return (
        value if isinstance(value, str) else (str(value) if not isinstance(value, dict | list) else json.dumps(value))
    )
