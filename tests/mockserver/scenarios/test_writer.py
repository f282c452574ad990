"""Any scenario can be taken away as a file that reads back as the same scenario."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import HealthCheck, Phase, example, given

from support.properties import examples
from support.scenario_strategies import TRICKY, data, scenarios
from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Arm, Attempt, Branch, BranchKind, Subprocess
from taskmock.mockserver.core.scenario import Event, Frame, Play, Scenario, Trigger
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.scenarios import dump_scenario, read_scenario
from taskmock.mockserver.scenarios.catalog import Catalog
from taskmock.mockserver.scenarios.reader.scalars import read_data
from taskmock.mockserver.scenarios.syntax.emitter import emit
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.mockserver.scenarios.syntax.yaml_reader import parse_yaml


@examples(
    40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(scenarios())
def test_scenario_survives_its_file(scenario: Scenario) -> None:
    again = read_scenario(dump_scenario(scenario), source="dumped")

    assert again == scenario
    assert again.digest == scenario.digest


def test_digest_is_the_same_in_whatever_order_keys_stand() -> None:
    ways = [{"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}]

    scenarios = [
        Scenario(
            name="demo",
            plays=(
                Play(
                    flow=(Activity(name="Copy", attempts=(Attempt(fails=fails),)),),
                    faults=(Fault(kind=FaultKind.BREAK, value={"node": "task", "add": fails}),),
                ),
            ),
        )
        for fails in ways
    ]

    assert scenarios[0].digest == scenarios[1].digest


def gateway_of(*arms: str, taken: str | None) -> Branch:
    return Branch(
        kind=BranchKind.EXCLUSIVE,
        arms=tuple(Arm(name=name, flow=()) for name in arms),
        take=(taken,) if taken else (),
    )


@examples(30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(scenarios(), scenarios())
def test_digests_differ_as_files_do(one: Scenario, other: Scenario) -> None:
    same = dump_scenario(one) == dump_scenario(other)

    assert (one.digest == other.digest) is same
    assert dataclasses.replace(one, careless=f"{one.careless}!").digest != one.digest


def test_digests_stay_what_links_hold() -> None:
    catalog = Catalog()
    nameless = Scenario(name="demo", plays=(Play(flow=(Activity(name=""),)),))
    recorded = Scenario(name="demo", plays=(Play(frames=(Frame(at=0, body={"result": True}),)),))

    assert [
        catalog.scenario("failed-then-retried").digest,
        catalog.scenario("parallel-arm-fails").digest,
        generate("0", "10", GenerateOptions()).scenario.digest,
        recorded.digest,
        nameless.digest,
    ] == ["c1618ecff12902cc", "150cfc6b38ebb156", "501d2804e77b9a4c", "08336ab472097994", "bdfdcceb84553229"]


def test_other_content_has_another_digest() -> None:
    plays = [
        Play(flow=(Activity(name="Copy"),)),
        Play(flow=(Activity(name="Copy", loop=2),)),
        Play(flow=(Activity(name="Copy"),), start=1),
        Play(flow=(Subprocess(name="Copy", flow=()),)),
        # Of these, files can express none.
        Play(flow=(Activity(name=""),)),
        Play(flow=(Activity(name="", loop=2),)),
        Play(flow=(gateway_of("none", taken="none"),)),
        Play(flow=(gateway_of("none", taken=None),)),
        # The order of arms is that of the nodes in answers.
        Play(flow=(gateway_of("a", "b", taken="b"),)),
        Play(flow=(gateway_of("b", "a", taken="b"),)),
        # Clients see the order of a recorded answer's keys.
        Play(frames=(Frame(at=0, body={"a": 1, "b": 2}),)),
        Play(frames=(Frame(at=0, body={"b": 2, "a": 1}),)),
    ]

    assert len({Scenario(name="demo", plays=(play,)).digest for play in plays}) == len(plays)


@examples(80)
@given(data)
@example({"a": [{"b": 1}, {"c": []}], "": {}, "<": [[]]})
@example(["- ", " x", "x ", "1_0", "0x1f", "0o7", ".5", "-1", "a: b", "Δ", "\x85", "\xa0x", "a\u200bb"])
def test_emitted_data_reads_back(value: object) -> None:
    root = parse_yaml(emit(value)).root
    assert root is not None

    assert read_data(root, Problems("emitted", "")) == value


@pytest.mark.parametrize(
    "wish",
    [
        GenerateOptions(),
        GenerateOptions(nodes=120, edition="v2"),
        GenerateOptions(nodes=250, depth=100),
        GenerateOptions(state="REVOKED"),
        GenerateOptions(locale="zh", nodes=40),
    ],
    ids=["any", "large", "deepest", "revoked", "chinese"],
)
def test_generated_scenario_survives_its_file(wish: GenerateOptions) -> None:
    for seed in range(3):
        scenario = generate(seed, "10", wish).scenario

        assert read_scenario(dump_scenario(scenario), source="dumped").digest == scenario.digest


def test_operations_on_nodes_survive_their_file() -> None:
    gateway, fork = "n0123456789abcdef0123456789abcde", "n1123456789abcdef0123456789abcde"
    flow = (
        Activity(name="Copy", attempts=(Attempt(fails="boom"), Attempt())),
        Activity(name="Wait", waits=True),
        Branch(kind=BranchKind.EXCLUSIVE, arms=(Arm(name="yes", flow=()),), take=(), id=gateway),
        Branch(kind=BranchKind.CONDITIONAL, arms=(Arm(name="a", flow=()), Arm(name="b", flow=())), take=(), id=fork),
    )
    commands = [
        Command(verb=Verb.RETRY, target="Copy"),
        Command(verb=Verb.RETRY, target="Copy", data={"job_content": "echo 2"}),
        Command(verb=Verb.SKIP, target="Copy"),
        Command(verb=Verb.FORCED_FAIL, target="Copy", data="stopped"),
        Command(verb=Verb.CALLBACK, target="Wait", data={"result": False, "ex_data": "no"}),
        Command(verb=Verb.PAUSE, target="Copy"),
        Command(verb=Verb.RESUME, target="Copy"),
        Command(verb=Verb.ROLLBACK, target="Copy"),
        Command(verb=Verb.SKIP_EXCLUSIVE, target=gateway, data="yes"),
        Command(verb=Verb.SKIP_CONDITIONAL, target=fork, data=["b", "a"]),
    ]
    events = tuple(Event(trigger=Trigger(at=1000 * number), command=command) for number, command in enumerate(commands))
    scenario = Scenario(name="all", plays=(Play(flow=flow, events=events),))

    assert read_scenario(dump_scenario(scenario), source="dumped") == scenario


def test_dump_is_written_for_people() -> None:
    flow = (
        Activity(name="Prepare", attempts=(Attempt(takes=2000),)),
        Branch(
            kind=BranchKind.PARALLEL,
            arms=(Arm(name="1", flow=(Activity(name="Copy A"),)), Arm(name="2", flow=(Activity(name="yes"),))),
            take=("1", "2"),
        ),
        Activity(name="loop", attempts=(Attempt(takes=1500, fails="no route: port 22"),), ignored=True),
    )
    scenario = Scenario(
        name="demo", plays=(Play(ids=("10",), name="Release web", start=90_000, flow=flow),), edition="v2"
    )

    assert dump_scenario(scenario) == (
        "format: 1\n"
        "scenario: demo\n"
        "edition: v2\n"
        "task: {id: 10, name: Release web}\n"
        "start: 90s\n"
        "flow:\n"
        "  - Prepare: 2s\n"
        "  - parallel: [[Copy A: 1s], [yes: 1s]]\n"
        '  - {node: loop, takes: 1500ms, fails: "no route: port 22", ignored: true}\n'
    )


def test_recorded_scenario_is_dumped_as_json() -> None:
    text = (
        '{"format": 1, "scenario": "rec", "frames": [{"at": "0s", "body": {"result": true, "data": {"a": [1, "é"]}}}]}'
    )

    dumped = dump_scenario(read_scenario(text, source="rec.json"))

    assert json.loads(dumped) == json.loads(text)


@pytest.mark.parametrize("name", TRICKY)
def test_tricky_name_survives_as_a_node(name: str) -> None:
    scenario = Scenario(name="demo", plays=(Play(flow=(Activity(name=name),)),))

    assert read_scenario(dump_scenario(scenario), source="dumped") == scenario
