"""Generated tasks are what was wished for: size, depth, state, breadth, locale; and what cannot be is refused."""

import json
import re

import pytest

from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.core.convergence import refusal_of
from taskmock.mockserver.core.flow import Activity, Branch, Loop, Subprocess
from taskmock.mockserver.dry_run.frames import sample, sample_record
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.names import pool_for
from taskmock.mockserver.generation.options import MAX_DEPTH, STATES, GenerateError, GenerateOptions, least_nodes
from taskmock.mockserver.playback.player import played

STATED = [(edition, state) for edition, states in STATES.items() for state in states]
OPEN = [(edition, state) for edition, state in STATED if state not in {"CREATED", "EXPIRED"}]


def data(seed="1", **wish):
    return json.loads(sample(seed, GenerateOptions(**wish)))["data"]


def walk(node, level=0):
    yield level, node
    for child in node.get("children", {}).values():
        yield from walk(child, level + 1)


def count(node):
    return sum(1 for _ in walk(node))


def depth(node):
    return max(level for level, _ in walk(node))


def activities(flow):
    """All activities of a flow, untaken arms too."""
    for step in flow:
        match step:
            case Activity():
                yield step
            case Subprocess() | Loop():
                yield from activities(step.flow)
            case Branch():
                for arm in step.arms:
                    yield from activities(arm.flow)


# -- size


@pytest.mark.parametrize("edition", STATES)
def test_number_of_nodes_is_exact_for_every_number(edition):
    for nodes in [*range(1, 61), 100, 300]:
        for seed in ("1", "2", "x"):
            assert count(data(seed, nodes=nodes, edition=edition)) == nodes


@pytest.mark.parametrize(("edition", "state"), OPEN)
def test_number_of_nodes_is_exact_in_every_state(edition, state):
    for nodes in range(least_nodes(state), 45):
        made = data("s", nodes=nodes, edition=edition, state=state)

        assert (count(made), made["state"]) == (nodes, state)


@pytest.mark.parametrize(("edition", "state"), STATED)
def test_state_is_the_wished_one_at_any_size(edition, state):
    for seed in ("1", "2", "3", "4"):
        made = data(seed, edition=edition, state=state)

        assert made["state"] == state
        assert count(made) >= least_nodes(state)


def test_every_flow_is_one_that_the_engines_run():
    """Their validators refuse some loops in arms."""
    wishes = [GenerateOptions(nodes=nodes, state=state) for nodes in (30, 60, 90) for state in ("FINISHED", "FAILED")]

    for seed in range(60):
        for wish in wishes:
            (play,) = generate(str(seed), "10", wish).scenario.plays
            assert refusal_of(play.flow) is None, (seed, wish)


def test_task_without_wishes_has_a_believable_size():
    sizes = {count(data(str(seed))) for seed in range(60)}

    assert min(sizes) >= 5
    assert max(sizes) <= 24
    assert len(sizes) > 8


# -- depth and breadth


@pytest.mark.parametrize("state", ["RUNNING", "FAILED", "FINISHED", "NODE_SUSPENDED"])
@pytest.mark.parametrize("levels", [1, 2, 3, 7, 20])
def test_depth_is_exact_from_the_least_size_on(levels, state):
    least = least_nodes(state, levels)

    for nodes in (least, least + 1, least + 9):
        made = data("d", nodes=nodes, depth=levels, state=state, edition="v2")
        assert (depth(made), count(made)) == (levels, nodes)


def test_greatest_depth_can_be_had():
    assert depth(data(depth=MAX_DEPTH)) == MAX_DEPTH


def test_gateways_are_no_broader_than_wished():
    for seed in range(30):
        (play,) = generate(str(seed), "10", GenerateOptions(nodes=120, breadth=3)).scenario.plays
        arms = [len(step.arms) for step in walk_steps(play.flow) if isinstance(step, Branch)]

        assert max(arms, default=0) <= 3 + 1  # a conditional gateway has one more arm, which it does not take


def walk_steps(flow):
    """All steps of a flow."""
    for step in flow:
        yield step
        for inner in [getattr(step, "flow", ())] + [arm.flow for arm in getattr(step, "arms", ())]:
            yield from walk_steps(inner)


# -- content


def test_seed_task_id_and_version_of_the_generator_make_the_task():
    one = generate("1", "10", GenerateOptions())

    assert generate("1", "10", GenerateOptions()) == one
    assert generate("1", "11", GenerateOptions()) != one
    assert generate("2", "10", GenerateOptions()) != one


def test_every_activity_has_a_name_of_its_own_from_the_pool():
    for locale in ("en", "zh"):
        (play,) = generate("n", "10", GenerateOptions(nodes=300, locale=locale)).scenario.plays
        names = [step.name for step in activities(play.flow)]

        assert len(set(names)) == len(names)
        assert {re.sub(r" [0-9]+$", "", name) for name in names} <= set(pool_for(locale))


def test_plain_tasks_have_no_retries_loops_or_ignored_errors():
    plain = [generate(str(seed), "10", GenerateOptions(nodes=80, plain=True, state="FINISHED")) for seed in range(20)]
    spiced = [generate(str(seed), "10", GenerateOptions(nodes=80, state="FINISHED")) for seed in range(20)]

    def is_plain(step):
        return step.loop == 1 and not step.ignored and step.auto_retry is None and len(step.attempts) == 1

    assert all(is_plain(step) for made in plain for step in activities(made.scenario.plays[0].flow))
    spice = [step for made in spiced for step in activities(made.scenario.plays[0].flow) if not is_plain(step)]
    assert {(step.loop > 1, step.ignored, step.auto_retry is not None) for step in spice} == {
        *((True, False, False), (False, True, False), (False, False, True)),
    }


def test_failure_in_a_loop_is_retried_in_every_pass():
    generated = generate("21", "10", GenerateOptions(nodes=60, state="FINISHED", edition="v2"))
    (play,) = generated.scenario.plays
    history = played(sample_record("21"), play, EDITIONS["v2"])

    assert any(step.auto_retry and step.auto_retry.max == 2 for step in activities(play.flow))
    assert history.end == "FINISHED"


def test_scenario_is_generated_for_the_edition():
    assert {generate("1", "10", GenerateOptions(edition=edition)).scenario.edition for edition in STATES} == set(STATES)


def test_expired_task_has_two_fields():
    assert set(data(state="EXPIRED", edition="v2")) == {"state", "name"}


# -- what cannot be


def refusal(**wish):
    with pytest.raises(GenerateError) as caught:
        generate("1", "10", GenerateOptions(**wish))
    return str(caught.value)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"nodes": 0}, "0 nodes are no tree; at least 1, the task itself"),
        ({"nodes": -3}, "-3 nodes are no tree; at least 1, the task itself"),
        ({"breadth": 1}, "a breadth of 1 is no gateway; at least 2"),
        ({"depth": 0}, "a depth of 0 is out of reach; allowed: 1 to 100"),
        ({"depth": 101}, "a depth of 101 is out of reach; allowed: 1 to 100"),
        ({"nodes": 2, "state": "RUNNING"}, "a task that is RUNNING has at least 3 nodes, not 2"),
        ({"nodes": 3, "state": "FINISHED"}, "a task that is FINISHED has at least 4 nodes, not 3"),
        ({"nodes": 5, "depth": 3}, "a task with 3 levels below it has at least 7 nodes, not 5"),
        ({"nodes": 2, "depth": 1}, "a task with 1 levels below it has at least 3 nodes, not 2"),
        (
            {"nodes": 9, "depth": 3, "state": "FINISHED"},
            "a task that is FINISHED with 3 levels below it has at least 10 nodes, not 9",
        ),
        ({"nodes": 2, "state": "CREATED"}, "a task that is CREATED has no node below it; allowed: 1 node"),
        ({"depth": 2, "state": "CREATED"}, "a task that is CREATED has no node below it; allowed: 1 node"),
        (
            {"state": "EXPIRED"},
            "no task of doc-2019 is ever 'EXPIRED'; allowed: CREATED, RUNNING, FAILED, SUSPENDED, REVOKED, FINISHED",
        ),
        (
            {"state": "DONE", "edition": "v2"},
            f"no task of v2 is ever 'DONE'; allowed: {', '.join(STATES['v2'])}",
        ),
    ],
)
def test_wish_that_cannot_be_is_refused(wish, said):
    assert refusal(**wish) == said


def test_one_node_less_than_the_least_is_refused_and_the_least_is_not():
    for state in ("RUNNING", "FINISHED", "REVOKED"):
        for levels in (1, 2, 5):
            least = least_nodes(state, levels)
            wish = {"depth": levels, "state": state}

            assert generate("1", "10", GenerateOptions(nodes=least, **wish))
            assert f"at least {least} nodes, not {least - 1}" in refusal(nodes=least - 1, **wish)


def test_least_size_of_a_task_alone_is_1():
    assert [least_nodes("CREATED"), least_nodes("EXPIRED"), least_nodes(None)] == [1, 1, 1]
