"""`generate:` in a scenario file: a whole flow drawn from the scenario's name."""

import pytest

from support.growth import growth
from taskmock.mockserver import ScenarioError, dump_scenario, frames, lint
from taskmock.mockserver.scenarios import read_scenario

HEAD = "format: 1\nscenario: drawn\nedition: v2\n"


def read(text):
    return read_scenario(HEAD + text, source="drawn")


def problems(text):
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return [(problem.line, problem.code, problem.message) for problem in caught.value.problems]


def count(data):
    return 1 + sum(map(count, data["children"].values()))


@pytest.mark.parametrize("state", ["FAILED", "FINISHED", "SUSPENDED", "REVOKED", "NODE_SUSPENDED", "RUNNING"])
def test_drawn_task_is_as_wished(state):
    scenario = read(f"generate: {{nodes: 40, depth: 3, state: {state}, plain: true}}\n")

    last = frames(scenario)[-1]

    assert (last.state, count(last.body["data"])) == (state, 40)
    assert lint(scenario) == ()


def test_same_name_draws_the_same_flow():
    assert read("generate: {nodes: 9}\n") == read("generate: {nodes: 9}\n")


def test_other_names_draw_other_flows():
    other = read_scenario("format: 1\nscenario: other\ngenerate: {nodes: 9}\n", source="other")

    assert read("generate: {nodes: 9}\n").plays[0].flow != other.plays[0].flow


def test_nothing_wished_is_drawn_too():
    assert read("generate: {}\n").plays[0].flow


def test_keys_beside_it_replace_what_was_drawn():
    drawn = read("generate: {nodes: 9, state: REVOKED}\n").plays[0]
    changed = read("generate: {nodes: 9, state: REVOKED}\nstart: 7s\nevents: []\ntask: {id: 5, name: Mine}\n").plays[0]

    assert (changed.flow, changed.dispatch) == (drawn.flow, drawn.dispatch)
    assert (changed.start, changed.events, changed.name, changed.ids) == (7000, (), "Mine", ("5",))
    assert drawn.events


def test_each_task_of_a_file_is_drawn_by_itself():
    scenario = read("tasks: [{id: 1, generate: {nodes: 9}}, {id: 2, generate: {nodes: 9}}]\n")

    assert scenario.plays[0].flow != scenario.plays[1].flow


def test_drawn_flow_replaces_that_of_the_used_scenario():
    base = read_scenario(
        "format: 1\nscenario: base\ntask: {id: 5, name: Mine}\nflow: [A: 1s]\nfaults: [{polls: [1], http: 502}]\n",
        source="base",
    )
    text = HEAD + "use: base\ngenerate: {nodes: 9}\n"

    play = read_scenario(text, source="drawn", resolve=lambda name: base).plays[0]

    assert play.flow == read("generate: {nodes: 9}\n").plays[0].flow
    assert (play.ids, play.name, play.faults) == (("5",), "Mine", base.plays[0].faults)


def test_drawn_scenario_survives_its_file():
    scenario = read("generate: {nodes: 30, depth: 2}\n")

    assert read_scenario(dump_scenario(scenario), source="again") == scenario


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "generate: 5\n",
            (4, "not-mapping", "generate is '5'; allowed: {nodes: 100, depth: 4, state: FAILED}"),
        ),
        (
            "generate: {node: 5}\n",
            (
                4,
                "unknown-key",
                "unknown key 'node' in generate; allowed: nodes, depth, breadth, state, plain; did you mean 'nodes'?",
            ),
        ),
        ("generate: {nodes: 0}\n", (4, "bad-number", "nodes is '0'; allowed: a whole number from 1 to 50000")),
        ("generate: {depth: 101}\n", (4, "bad-number", "depth is '101'; allowed: a whole number from 1 to 100")),
        ("generate: {breadth: 1}\n", (4, "bad-number", "breadth is '1'; allowed: a whole number from 2 to 1000")),
        (
            "generate: {nodes: 3, state: FINISHED}\n",
            (4, "bad-wish", "a task that is FINISHED has at least 4 nodes, not 3"),
        ),
        (
            "generate: {nodes: 9}\nflow: [A: 1s]\n",
            (5, "conflict", "'flow' stands beside 'generate', which draws one; allowed: flow or generate"),
        ),
        (
            "generate: {nodes: 9}\nframes: [{at: 0s, body: {result: true}}]\n",
            (
                4,
                "conflict",
                "'generate' has no effect beside recorded 'frames'; allowed: frames with faults, or a flow",
            ),
        ),
    ],
)
def test_wish_that_cannot_be_is_refused(text, problem):
    assert problems(text) == [problem]


def test_state_that_is_none_of_the_editions_is_refused():
    (problem,) = problems("generate: {nodes: 9, state: BLOCKED}\n")

    assert problem[:2] == (4, "bad-choice")
    assert "NODE_SUSPENDED" in problem[2]


def test_drawn_flow_loads_in_time_in_proportion_to_its_nodes():
    def load(nodes):
        return lambda: read(f"generate: {{nodes: {nodes}}}\n")

    assert growth(load(1250), load(10_000), runs=3) < 24  # eight times in proportion, 64 where it grows with the square
