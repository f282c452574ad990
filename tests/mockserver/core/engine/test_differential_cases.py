"""Answers of the real engines to small pipelines and operations, and what the mock answers to the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.scenario_building import given, history, label
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS, document
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.scenarios import load_scenario

CASES = sorted((Path(__file__).parents[3] / "data" / "differential").glob("*.yaml"))
EPOCH = 1_524_730_114_000
OPERATION = re.compile(r"# ([0-9.]+)s (start|\w+)(?: (\S+))?(?: ({.*}))?$")
NAMED = {"S.start": "S / start", "parallel#p.join": "converge"}
IDS = ("id", "parent_id", "root_id:", "version", "state_refresh_at")
MISSING = {
    "v1-time-out-text": "the real answer is that of the subprocess alone",
}


def operations(path):
    """The operations in the head of a case: seconds, verb and target."""
    found = (OPERATION.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [(float(one[1]), one[2], one[3] or "task") for one in found if one and one[2] != "look"]


def address_of(graph, target):
    """The id of a node by its name in a case."""
    wanted = NAMED.get(target, target)
    return next(node.id for node in graph.nodes if label(graph.nodes, node.index) == wanted)


def masked(node, *, top=True):
    """A document without what is drawn at random, children in an order of their own (arms come in any)."""
    children = [masked(child, top=False) for child in node.get("children", {}).values()]
    # The engine copies the root's flags from the last row (facts: never checked).
    left_out = (*IDS, "children", *["error_ignored", "error_ignorable"] * top)
    kept = {key: value for key, value in node.items() if key not in left_out}
    children.sort(key=lambda child: json.dumps(child, sort_keys=True))
    if "ex_data" in kept:
        kept["ex_data"] = sorted(map(str, (kept["ex_data"] or {}).values()))
    return kept | {"children": children}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_is_answered_as_the_real_engine_answers_it(path):
    if path.stem in MISSING:
        pytest.skip(MISSING[path.stem])
    scenario = load_scenario(path)
    (script,), edition, log, left = scenario.plays, scenario.edition, [], operations(path)
    for line in path.with_suffix("").with_suffix(".real.jsonl").read_text(encoding="utf-8").splitlines():
        real = json.loads(line)
        if left and left[0][0] == real["at"]:
            at, verb, target = left.pop(0)
            plain = history(script, *log, edition=edition, key="10").graph
            command = given(at, verb, target if target == "task" else address_of(plain, target), None)
            try:
                history(script, *log, command, edition=edition, key="10")
            except CommandRefusedError:
                pass
            else:
                log.append(command)
        played = history(script, *log, edition=edition, key="10")
        moment = round(real["at"] * 1000)
        ours = document(played.tree_at(moment), EDITIONS[edition], epoch=EPOCH, key="10")
        theirs = {key: value for key, value in real["body"]["data"].items() if key != "ex_data"}
        if real["body"]["data"]["state"] == "CREATED":
            assert not played.started_at(moment)
            continue
        assert masked(ours) == masked(theirs) | {"name": ours["name"]}, real["at"]
    assert not left
