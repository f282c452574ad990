"""A gateway from the caller's side: where parameters and credentials stand, and which paths there are."""

from __future__ import annotations

import dataclasses
import json
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

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

    @property
    def has_stages(self) -> bool:
        """Whether a stage stands in its paths."""
        return "{stage}" in self.paths[0]

    def path(self, base: str, operation: Mapping[str, Any], parameters: dict[str, Any], *, stage: str) -> str:
        """The path of a call behind the URL `base`; takes the parameters that stand in it out of the others.

        `operation` is a row of the schemas' table, `stage` a stage of the API gateway.
        """
        if not self.ids_in_path:
            return self.paths[0].format(operation=operation["name"])
        route = operation["route"]
        names = [name for name in operation["required"] if f"{{{name}}}" in route and name in parameters]
        inside = {name: urllib.parse.quote(query_text(parameters.pop(name)), safe="") for name in names}
        for name in operation["required"]:
            route = route.replace(f"{{{name}}}", inside.get(name, ""))
        path = self._without_repetition(base)
        return path.replace("{stage}", urllib.parse.quote(stage, safe="")).replace("{route}", route)

    def _without_repetition(self, base: str) -> str:
        """The path of the gateway whose prefix the base does not have yet."""
        prefix = self.paths[0].partition("{stage}")[0].rstrip("/")
        parts = urllib.parse.urlsplit(base)
        is_there = parts.path.endswith(prefix) or self.is_named_by(parts.hostname)
        return self.paths[1] if is_there else self.paths[0]

    def is_named_by(self, host: str | None) -> bool:
        """Whether a host is the gateway's own, whose name its paths leave out."""
        prefix = self.paths[0].partition("{stage}")[0].rstrip("/")
        return (host or "").partition(".")[0] == prefix.rpartition("/")[2]


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


STAGED = tuple(name for name, access in ACCESS.items() if access.has_stages)
"""The gateways that have stages."""


@dataclasses.dataclass(frozen=True, slots=True)
class CallUrl:
    """What the URL of a call says: the path of the server, and apart from it the gateway and what is asked for."""

    base: str
    said: tuple[tuple[str, str], ...]


def call_url(parts: urllib.parse.SplitResult) -> CallUrl | None:
    """What a URL says that leads to a call, or to the calls of a gateway; None for the URL of a server."""
    found = next(filter(None, (_behind(parts, access) for access in ACCESS.values())), None)
    base, access, rest = found or (parts.path, None, parts.path.strip("/").split("/"))
    position = next((number for number, part in enumerate(rest) if part in load_operations()), None)
    if position is None and (access is None or (access.has_stages and rest == [""])):
        return None
    told = dict(urllib.parse.parse_qsl(parts.query))
    if access is None:
        base = "/" + "/".join(rest[:position])
    else:
        told["gateway"] = access.name
        if access.has_stages:
            told["stage"] = rest[0]
    if position is not None:
        names = re.findall(r"\{(\w+)\}", operation_row(rest[position])["route"])
        told |= {name: part for name, part in zip(names, rest[position + 1 :], strict=False) if part}
    known = ("gateway", "stage", "task_id", "bk_biz_id")
    said = tuple((name.replace("_", "-"), told[name]) for name in known if told.get(name))
    return CallUrl(base.rstrip("/"), said)


def _behind(parts: urllib.parse.SplitResult, access: GatewayAccess) -> tuple[str, GatewayAccess, list[str]] | None:
    """The path before those of a gateway, and the parts that stand behind; None where it is not the gateway's."""
    path = parts.path
    if access.has_stages and access.is_named_by(parts.hostname):
        return "", access, path.strip("/").split("/")
    for template in access.paths:
        prefix = template.partition("{")[0]
        before, found, rest = f"{path}/".partition(prefix)
        if len(prefix) > 1 and found:
            return before, access, rest.rstrip("/").split("/")
    return None


def operation_row(name: str) -> Mapping[str, Any]:
    """The row of a call in the schemas' table.

    Raises: ValueError for an unknown one, with those there are.
    """
    rows = load_operations()
    return rows[chosen("operation", name, tuple(rows))]


def query_text(value: object) -> str:
    """A parameter as a query or a path has it; booleans as the SDKs send them (`True`)."""
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
