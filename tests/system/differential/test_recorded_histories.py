"""What stands around the real engines here (plugins, clock, formatting): proven against answers that were recorded.

The small histories of tests/data/differential were recorded on the real engines and formatted by bk-sops' own
functions. Played again, and formatted by ours, they are the same but for what is drawn at random.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from system.differential.answers import document
from system.differential.fidelity import DIALECTS
from system.differential.mock import Life
from system.differential.pipelines import Operation
from system.differential.wishes import wish_of
from taskmock.mockserver.core.command import Verb
from taskmock.mockserver.core.graph import NodeKind
from taskmock.mockserver.scenarios import load_scenario

CASES = sorted((Path(__file__).parents[2] / "data" / "differential").glob("*.yaml"))
OPERATION = re.compile(r"# ([0-9.]+)s (\w+)(?: (\S+))?(?: ({.*}))?$")
DRAWN = {"id", "parent_id", "root_id:", "version", "state_refresh_at", "ex_data"}
FROM_THE_LAST_ROW = {"error_ignored", "error_ignorable"}
"""What the engine copies into the task from some row (facts: never checked)."""

SUBTREES = {"v1-time-out-text": "the recorded answer is that of the subprocess alone"}


def operations(path, labels):
    """The operations in the head of a case."""
    join = next((label for label, node in labels.items() if node.kind is NodeKind.CONVERGE), None)
    found = filter(None, map(OPERATION.match, path.read_text(encoding="utf-8").splitlines()))
    for one in found:
        label = join if (one[3] or "").endswith(".join") else one[3] or "task"
        if one[2] != "look":
            data = ast.literal_eval(one[4]) if one[4] else None
            yield Operation(round(float(one[1]) * 1000), Verb(one[2]), label, data)


def comparable(node, *, top=True):
    """A document without what is drawn at random; children in an order of their own, since arms come in any."""
    left_out = DRAWN | {"children"} | (FROM_THE_LAST_ROW | {"name"} if top else set())
    children = [comparable(child, top=False) for child in node["children"].values()]
    children.sort(key=lambda child: json.dumps(child, sort_keys=True))
    return {key: value for key, value in node.items() if key not in left_out} | {"children": children}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_engine_answers_as_it_was_recorded(path, workers):
    if path.stem in SUBTREES:
        pytest.skip(SUBTREES[path.stem])
    scenario = load_scenario(path)
    edition, (script,) = scenario.edition, scenario.plays
    life = Life(script, DIALECTS[edition[1]])
    given = list(operations(path, life.labels))
    wish = wish_of(life.graph, script, given)
    played = workers(edition[1]).play(wish)
    names = {node.id: node.name for node in life.graph.nodes if node.path}
    done = 0
    for line in path.with_suffix(".real.jsonl").read_text(encoding="utf-8").splitlines():
        real = json.loads(line)
        at, recorded = round(real["at"] * 1000), real["body"]["data"]
        done += done < len(given) and given[done].at == at
        looks = [look for look in played["looks"] if look["at"] <= at and look["given"] <= max(done, 1)]
        if recorded["state"] == "CREATED":
            assert not looks or not looks[-1]["rows"], at
        else:
            ours = document(looks[-1]["rows"], at, edition, names)
            assert comparable(ours) == comparable(recorded), at
