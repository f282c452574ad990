"""Two histories side by side: all that matters of each answer, with ids, versions and times put in relation."""

from __future__ import annotations

import datetime as dt

ASKED_FOR = ("ex_data", "failed_node_info", "auto_retry_status")
"""What an answer says besides its tree, where it was asked for."""


class Portrayer:
    """Turns the answers of one task, in the order of its life, into comparable portraits."""

    def __init__(self, *, timed=True):
        self._timed = timed
        self._ids = {}
        self._versions = {}
        self._zero = None

    def portrait(self, data):
        """The fields of every node by its place; ids as numbers, times as seconds since the start."""
        found = {}
        stack = [("", data)]
        while stack:
            place, node = stack.pop()
            found[place] = self._plain(node)
            children = list((node.get("children") or {}).items())
            for number, (key, child) in reversed(list(enumerate(children))):
                assert key == child["id"]
                stack.append((f"{place}/{number}", child))
        found[""] |= {field: self._numbered(data[field]) for field in ASKED_FOR if field in data}
        return found

    def id_of(self, node_id):
        """The number of a node: nodes are counted as they are first seen."""
        return self._ids.setdefault(node_id, len(self._ids))

    def _plain(self, node):
        plain = {"fields": tuple(node)}
        for field, value in node.items():
            if field in ("children", *ASKED_FOR):
                continue
            if field in ("id", "root_id:", "parent_id"):
                value = self.id_of(value)
            elif field == "version" and value:
                known = self._versions.setdefault(node["id"], [])
                known.append(value) if value not in known else None
                value = ("version", known.index(value), value[0] == "v", len(value))
            elif field in ("start_time", "finish_time", "state_refresh_at") and value:
                value = Moment(self._seconds(value)) if self._timed else "a time"
            elif field == "elapsed_time":
                value = Moment(value) if self._timed else "a time"
            plain[field] = value
        return plain

    def _numbered(self, value):
        """What an answer says besides its tree, nodes by their numbers; the order of its keys counts."""
        if isinstance(value, dict):
            return [(self._ids.get(key, key), self._numbered(inner)) for key, inner in value.items()]
        if isinstance(value, list):
            return [self._numbered(inner) for inner in value]
        return self._ids.get(value, value)

    def _seconds(self, text):
        moment = dt.datetime.fromisoformat(text.replace(" +0800", "+08:00")).timestamp()
        self._zero = moment if self._zero is None else self._zero
        return moment - self._zero


def differences(ours, theirs):
    """Where two portraits differ, in words."""
    found = [f"{place or 'the task'} is only on one side" for place in ours.keys() ^ theirs.keys()]
    for place in ours.keys() & theirs.keys():
        fields = [field for field in ours[place] if ours[place][field] != theirs[place].get(field)]
        found += [f"{place or 'the task'}.{f}: {ours[place][f]!r}, not {theirs[place].get(f)!r}" for f in fields]
    return sorted(found)


class Moment:
    """Seconds that may be one off: real messages take a few milliseconds, and times are cut to whole seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __eq__(self, other):
        return isinstance(other, Moment) and abs(self.seconds - other.seconds) <= 1.001

    __hash__ = None

    def __repr__(self):
        return f"{self.seconds:g} s"
