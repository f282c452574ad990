"""Rows of a real engine as the documents that bk-sops makes of them, in words of our own; the task is the first row."""

from __future__ import annotations

import datetime as dt

EPOCH = dt.datetime(2018, 4, 26, 16, 8, 34, tzinfo=dt.timezone(dt.timedelta(hours=8)))
"""When every task is created, in the zone of the answers."""


def document(rows, at, edition, names):
    """The document of a task out of its rows at a moment (ms); `names` are those of activities and subprocesses."""
    nodes = {row["id"]: _plain(row, at, edition, names) for row in rows}
    root = rows[0]["id"]
    for row in rows[1:]:
        nodes[row["parent"]]["children"][row["id"]] = nodes[row["id"]]
    for row in reversed(_outer_first(rows)):
        node = nodes[row["id"]]
        node["state"] = _shown(node, {child["state"] for child in node["children"].values()}, edition)
    if edition == "v2":
        nodes[root]["parent_id"] = root
        for node in nodes.values():
            node["root_id:"] = root
    return nodes[root]


def _outer_first(rows):
    below = {}
    for row in rows[1:]:
        below.setdefault(row["parent"], []).append(row)
    order = [rows[0]]
    for row in order:
        order += below.get(row["id"], [])
    return order


def _shown(node, children, edition):
    """The state that is shown for a node: a parent follows its children."""
    state = node["state"]
    suspended = children & {"SUSPENDED", "NODE_SUSPENDED"}
    if edition == "v2" and state == "RUNNING":
        return "FAILED" if "FAILED" in children else "NODE_SUSPENDED" if suspended else state
    if edition == "v1" and state == "BLOCKED":
        if "RUNNING" in children:
            return "RUNNING"
        return "FAILED" if "FAILED" in children or not children else "NODE_SUSPENDED" if suspended else state
    return state


def _plain(row, at, edition, names):
    started, finished = row["start"], row["finish"]
    more = {"parent_id": row["parent"], "root_id:": None} if edition == "v2" else {"state_refresh_at": None}
    return {
        "id": row["id"],
        "state": row["state"],
        "version": row["version"],
        "loop": row["loop"],
        "retry": row["retry"],
        "skip": row["skip"],
        "error_ignorable": row["error_ignored"] and edition == "v1",  # bk-sops takes both from one column
        "error_ignored": row["error_ignored"],
        "children": {},
        "elapsed_time": 0 if started is None else _seconds(started, at if finished is None else finished),
        "start_time": _time(started),
        "finish_time": _time(finished),
        "name": names.get(row["id"], "") if row["name"] is None else row["name"],
    } | more


def _seconds(start, end):
    return round((end - start) / 1000)


def _time(moment):
    return None if moment is None else f"{EPOCH + dt.timedelta(milliseconds=moment):%Y-%m-%d %H:%M:%S %z}"
