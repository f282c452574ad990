"""What differs between the real engine and the mock in one pair: answers to operations, and rows at every moment."""

from __future__ import annotations

import dataclasses
import re

TIMES = {"start", "finish", "placed"}


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One difference: when, at which node, in what, and what both sides say."""

    at: int
    label: str
    what: str
    engine: object
    mock: object

    @property
    def kind(self):
        """What differs, without the node: pairs of one kind most likely have one cause."""
        what = self.what.replace(f" {self.label}", "")
        left, right = (re.sub(r"\bn[0-9a-f]{31}\b", "ID", str(one)) for one in (self.engine, self.mock))
        return what if what in TIMES else f"{what}: engine {left}, mock {right}"

    def __str__(self):
        return f"at {self.at / 1000:g}s {self.label} {self.what}: engine {self.engine!r}, mock {self.mock!r}"


class _Versions:
    """The versions of nodes as numbers: the first that is seen of a node is 0, every other one the next."""

    def __init__(self):
        self._seen = {}

    def number(self, node, version):
        """The number of a version of a node."""
        seen = self._seen.setdefault(node, [])
        if not seen or seen[-1] != version:
            seen.append(version)
        return len(seen) - 1


def differences(life, played):
    """The differences of a pair; those of the first moment that differs, and of all operations before it."""
    labels = {node.id: label for label, node in life.labels.items()}
    found = list(_operations(life, played["answers"]))
    first = min((one.at for one in found), default=None)
    ours, theirs = {one["at"]: one for one in life.looks()}, {one["at"]: one for one in played["looks"]}
    last_ours = last_theirs = {"rows": []}
    versions = _Versions(), _Versions()
    for at in sorted(ours.keys() | theirs.keys()):
        if first is not None and at > first:
            break
        last_ours, last_theirs = ours.get(at, last_ours), theirs.get(at, last_theirs)
        rows = list(_rows(at, last_theirs["rows"], last_ours["rows"], labels, versions))
        if rows:
            return [one for one in found if one.at <= at] + rows
    return [one for one in found if one.at == first]


def moments(life, played):
    """How many moments of a pair are compared."""
    return len({one["at"] for one in life.looks()} | {one["at"] for one in played["looks"]})


def _operations(life, answers):
    for operation, ours, theirs in zip(life.operations, life.answers, answers, strict=True):
        what = f"{operation.verb} {operation.label}"
        if ours[0] != theirs[0]:
            yield Difference(operation.at, operation.label, what, _said(theirs), _said(ours))
        elif theirs[2] and ours[1] != theirs[1]:
            yield Difference(operation.at, operation.label, f"{what} says", theirs[1], ours[1])


def _said(answer):
    return "accepted" if answer[0] else answer[1]


def _rows(at, theirs, ours, labels, versions):
    engine, mock = ({row["id"]: row for row in rows} for rows in (theirs, ours))
    for node in engine | mock:
        label = labels[node]
        if node not in engine or node not in mock:
            states = [rows[node]["state"] if node in rows else None for rows in (engine, mock)]
            yield Difference(at, label, "is there", *states)
            continue
        left, right = engine[node], mock[node]
        for key in right:
            values = left[key], right[key]
            if key == "version":
                values = tuple(one.number(node, value) for one, value in zip(versions, values, strict=True))
            if key == "ex_data":
                values = tuple("Traceback" if str(one).startswith("Traceback") else one for one in values)
            if values[0] != values[1]:
                yield Difference(at, label, key, *values)
