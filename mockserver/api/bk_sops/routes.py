"""Which gateway and which call of the API a path leads to."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Operation
from taskmock.schemas import load_json

OTHER_CALLS: Sequence[Mapping[str, str]] = load_json("other_calls.json")["calls"]
"""The calls of the real API that are not mocked: `name method route`."""

_AS_SENT: Any = {"strict_slashes": False, "merge_slashes": False}
_LONGEST_NUMBER = 18  # digits; a longer id is no row of any database


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """A call at a gateway, with the parameters that stand in the path.

    With `by_app` it is on a path at which an app calls by itself: no user has to be verified.
    """

    gateway: Gateway
    operation: Operation
    in_path: Mapping[str, str]
    by_app: bool = False


class Routes:
    """The paths of gateways to calls; those of the real API that are not mocked are known by name."""

    def __init__(self, gateways: Sequence[Gateway], operations: Sequence[Operation]) -> None:
        self._gateways = tuple(gateways)
        mocked = [rule for gateway in gateways for operation in operations for rule in _rules(gateway, operation)]
        self._map = Map(mocked, **_AS_SENT)
        begun = [Rule(path, endpoint=one) for one in gateways for path, _ in _paths(one, "<name>", "<path:route>")]
        self._begun = Map(begun, **_AS_SENT)

    def route(self, method: str, path: str) -> Route:
        """Where a method and a path lead.

        Raises:
            RefusedError: They lead to no call; the gateway whose paths are most like it says so.
        """
        adapter = self._map.bind("")
        try:
            (gateway, operation, by_app), values = adapter.match(path, method=method)
        except MethodNotAllowed:
            allowed = " or ".join(_methods(adapter, path))
            raise self.gateway_of(path).refused(
                Refusal.METHOD_WRONG, method=method, path=path, allowed=allowed
            ) from None
        except HTTPException:
            raise self._lost(method, path) from None
        in_path = {name: value for name, value in values.items() if name != "stage"}
        if gateway.numeric_ids and not all(map(_is_number, in_path.values())):
            raise self._lost(method, path)
        return Route(gateway, operation, in_path, by_app)

    def matches(self, path: str) -> bool:
        """Whether a path is one of a call, by any method."""
        return bool(_methods(self._map.bind(""), path))

    def gateway_of(self, path: str) -> Gateway:
        """The gateway that has a path, else the one whose paths begin like it, else the first one."""
        adapter = self._map.bind("")
        for method in _methods(adapter, path):
            gateway: Gateway = adapter.match(path, method=method)[0][0]
            return gateway
        return max(self._gateways, key=lambda gateway: max(_alike(template, path) for template in gateway.paths))

    def _lost(self, method: str, path: str) -> RefusedError:
        """That a path leads nowhere, or to a call of the real API that is not mocked."""
        try:
            gateway, found = self._begun.bind("").match(path)
            name = _not_mocked(**found)
        except HTTPException:
            name = None
        if name is not None:
            error: RefusedError = gateway.refused(Refusal.NOT_MOCKED, name=name)
            return error
        return self.gateway_of(path).refused(Refusal.PATH_UNKNOWN, method=method, path=path)


def _methods(adapter: MapAdapter, path: str) -> list[str]:
    """The methods of a path; none if it leads to no call."""
    return sorted({*adapter.allowed_methods(path)} - {"HEAD", "OPTIONS"})


def _rules(gateway: Gateway, operation: Operation) -> Iterator[Rule]:
    methods = gateway.methods[operation.method]
    for path, by_app in _paths(gateway, operation.name, operation.route):
        yield Rule(path, methods=methods, endpoint=(gateway, operation, by_app))


def _not_mocked(name: str = "", route: str = "", **_: str) -> str | None:
    """The name of a call that is not mocked, by its name or by its route, whatever the method.

    Raises:
        HTTPException: There is none with this route.
    """
    if name:
        return name if name in {row["name"] for row in OTHER_CALLS} else None
    found: str = _other_routes().bind("").match(f"/{route}")[0]
    return found


@functools.cache
def _other_routes() -> Map:
    """The routes of the calls that are not mocked; made when a path is asked for that leads to none of the others."""
    rules = [Rule("/" + row["route"].replace("{", "<").replace("}", ">"), endpoint=row["name"]) for row in OTHER_CALLS]
    return Map(rules, **_AS_SENT)


def _paths(gateway: Gateway, name: str, route: str) -> Iterator[tuple[str, bool]]:
    """The paths of a call as rules have them, each with whether an app calls by itself there."""
    for templates, by_app in ((gateway.paths, False), (gateway.app_paths, True)):
        for template in templates:
            path = template.replace("{operation}", name).replace("{route}", route)
            yield path.replace("{", "<").replace("}", ">"), by_app


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _alike(template: str, path: str) -> int:
    """How many fixed parts a path has before a template's first variable one; 0 unless it has them all."""
    fixed = template.partition("{")[0].split("/")[1:-1]
    return len(fixed) if path.split("/")[1 : len(fixed) + 1] == fixed else 0
