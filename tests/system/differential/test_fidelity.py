"""The mock against the real engines: random pipelines, random operations, every moment; `make fidelity` compares more.

The numbers are those of `make fidelity SEED=0`, so that what is found here is found there, made smaller.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from system.differential import worker_process
from system.differential.fidelity import DIALECTS, EDITIONS, Run, as_scenario
from system.differential.pipelines import Operation
from system.differential.shrinking import again
from system.differential.worker_process import TESTS
from taskmock.mockserver.core.command import Verb
from taskmock.mockserver.core.engine.dialect import V2
from taskmock.mockserver.core.flow import Activity, Attempt
from taskmock.mockserver.core.scenario import Play

PAIRS = [("2", first) for first in range(0, 200, 50)] + [("1", first) for first in range(0, 20, 10)]
"""Engines, and the number of the first pair of each share."""
SHARE = {"2": 50, "1": 10}


@pytest.mark.parametrize(("engine", "first"), PAIRS)
def test_mock_does_what_the_engine_does(engine, first, workers):
    run = Run(workers(engine), engine)
    for number in range(first, first + SHARE[engine]):
        run.pair(number)

    found = [as_scenario(*run.smallest(kind), EDITIONS[engine]) for kind in run.tally.finds]
    assert "\n\n".join(found) == ""
    assert run.tally.pairs + run.tally.refused == SHARE[engine]


def test_difference_is_found_and_made_small(workers):
    """A mock that says another text of an ended node: the operation that ends it stays, and one node."""
    other = dataclasses.replace(V2, terminated="ended by {user}")
    steps = [Activity(name=name, attempts=(Attempt(takes=3000),)) for name in ("A", "B")]
    operations = [
        Operation(0, Verb.START, "task"),
        Operation(500, Verb.PAUSE, "B"),
        Operation(1000, Verb.FORCED_FAIL, "A"),
    ]
    run = Run(workers("2"), "2")
    life = again(Play(name="Task", start=None, flow=tuple(steps)), operations, other)
    found = run.compared(life)[1]
    run.tally.finds[found[0].kind] = [(0, life, found)]

    smallest, left = run.smallest(found[0].kind)

    assert [one.label for one in smallest.operations] == ["task", "A"]
    assert [step.name for step in smallest.script.flow] == ["A"]
    assert [str(one) for one in left] == [
        "at 1s A ex_data: engine 'The node has been terminated by admin.', mock 'ended by admin'"
    ]


def test_missing_package_is_named(tmp_path):
    program = (
        "import sys; sys.prefix = sys.argv.pop(1); from system.differential.fidelity import main; sys.exit(main())"
    )

    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), "--pairs", "1"],
        cwd=TESTS,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert result.returncode == 2
    assert "bamboo-pipeline is not installed" in result.stderr


def test_each_engine_has_an_environment_and_an_edition():
    assert DIALECTS.keys() == EDITIONS.keys() == worker_process.ENVIRONMENTS.keys()
