"""Which door and which call of the API a path leads to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Door
from taskmock.mockserver.api.bk_sops.request import Operation

_LONGEST_NUMBER = 18  # digits; a longer id is no row of any database


@dataclasses.dataclass(frozen=True, slots=True)
class Way:
    """Where a path leads: through a door to a call, with the parameters that stand in the path."""

    door: Door
    operation: Operation
    in_path: Mapping[str, str]


class Routes:
    """The paths of some doors to some calls."""

    def __init__(self, doors: Sequence[Door], operations: Sequence[Operation]) -> None:
        self._doors = tuple(doors)
        rules = (rule for door in doors for operation in operations for rule in _rules(door, operation))
        self._map = Map(list(rules), strict_slashes=False, merge_slashes=False)

    def way(self, method: str, path: str) -> Way:
        """Where a method and a path lead.

        Raises:
            RefusedError: To no call; the door whose paths it is most like (`door_of`) says so.
        """
        adapter = self._map.bind("")
        try:
            (door, operation), values = adapter.match(path, method=method)
        except MethodNotAllowed:
            allowed = " or ".join(_methods(adapter, path))
            raise self.door_of(path).refused(Refusal.METHOD_WRONG, method=method, path=path, allowed=allowed) from None
        except HTTPException:
            raise self._lost(method, path) from None
        in_path = {name: value for name, value in values.items() if name != "stage"}
        if door.numeric_ids and not all(map(_is_number, in_path.values())):
            raise self._lost(method, path)
        return Way(door, operation, in_path)

    def lead(self, path: str) -> bool:
        """Whether a path is one of a call, by whatever method."""
        return bool(_methods(self._map.bind(""), path))

    def door_of(self, path: str) -> Door:
        """The door that has a path, else the one whose paths begin like it, else the first one."""
        adapter = self._map.bind("")
        for method in _methods(adapter, path):
            found: tuple[Door, Operation] = adapter.match(path, method=method)[0]
            return found[0]
        return max(self._doors, key=lambda door: max(_alike(template, path) for template in door.paths))

    def _lost(self, method: str, path: str) -> RefusedError:
        return self.door_of(path).refused(Refusal.PATH_UNKNOWN, method=method, path=path)


def _methods(adapter: MapAdapter, path: str) -> list[str]:
    """What a path takes; nothing where it leads nowhere."""
    return sorted({*adapter.allowed_methods(path)} - {"HEAD", "OPTIONS"})


def _rules(door: Door, operation: Operation) -> Iterator[Rule]:
    for template in door.paths:
        path = template.replace("{operation}", operation.name).replace("{route}", operation.route)
        rule = path.replace("{", "<").replace("}", ">")
        yield Rule(rule, methods=door.methods[operation.method], endpoint=(door, operation))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _alike(template: str, path: str) -> int:
    """How many fixed parts a path has before a template's first variable one; 0 unless it has them all."""
    fixed = template.partition("{")[0].split("/")[1:-1]
    return len(fixed) if path.split("/")[1 : len(fixed) + 1] == fixed else 0
