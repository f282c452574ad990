"""Which gateway and which call of the API a path leads to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Operation

_LONGEST_NUMBER = 18  # digits; a longer id is no row of any database


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """A call at a gateway, with the parameters that stand in the path."""

    gateway: Gateway
    operation: Operation
    in_path: Mapping[str, str]


class Routes:
    """The paths of gateways to calls."""

    def __init__(self, gateways: Sequence[Gateway], operations: Sequence[Operation]) -> None:
        self._gateways = tuple(gateways)
        rules = (rule for gateway in gateways for operation in operations for rule in _rules(gateway, operation))
        self._map = Map(list(rules), strict_slashes=False, merge_slashes=False)

    def route(self, method: str, path: str) -> Route:
        """Where a method and a path lead.

        Raises:
            RefusedError: They lead to no call; the gateway whose paths are most like it says so.
        """
        adapter = self._map.bind("")
        try:
            (gateway, operation), values = adapter.match(path, method=method)
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
        return Route(gateway, operation, in_path)

    def matches(self, path: str) -> bool:
        """Whether a path is one of a call, by any method."""
        return bool(_methods(self._map.bind(""), path))

    def gateway_of(self, path: str) -> Gateway:
        """The gateway that has a path, else the one whose paths begin like it, else the first one."""
        adapter = self._map.bind("")
        for method in _methods(adapter, path):
            found: tuple[Gateway, Operation] = adapter.match(path, method=method)[0]
            return found[0]
        return max(self._gateways, key=lambda gateway: max(_alike(template, path) for template in gateway.paths))

    def _lost(self, method: str, path: str) -> RefusedError:
        return self.gateway_of(path).refused(Refusal.PATH_UNKNOWN, method=method, path=path)


def _methods(adapter: MapAdapter, path: str) -> list[str]:
    """The methods of a path; none if it leads to no call."""
    return sorted({*adapter.allowed_methods(path)} - {"HEAD", "OPTIONS"})


def _rules(gateway: Gateway, operation: Operation) -> Iterator[Rule]:
    for template in gateway.paths:
        path = template.replace("{operation}", operation.name).replace("{route}", operation.route)
        rule = path.replace("{", "<").replace("}", ">")
        yield Rule(rule, methods=gateway.methods[operation.method], endpoint=(gateway, operation))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _alike(template: str, path: str) -> int:
    """How many fixed parts a path has before a template's first variable one; 0 unless it has them all."""
    fixed = template.partition("{")[0].split("/")[1:-1]
    return len(fixed) if path.split("/")[1 : len(fixed) + 1] == fixed else 0
