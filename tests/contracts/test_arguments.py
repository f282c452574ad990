"""What is no value for an argument of the judge is refused by one sentence; bodies are judged, whatever they are."""

import pathlib

import pytest

from taskmock.contracts import Baseline, Contract, History, load_baseline, save_baseline
from taskmock.contracts.verify import (
    Credentials,
    Drive,
    Plan,
    Question,
    Smoke,
    Target,
    asking,
    load_smoke,
    probe,
    related,
    verify,
)
from taskmock.schemas.argument import ArgumentError

POLLS = "polls in their order, each a Poll(body, at)"
LOCAL = Target("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Contract(None), "Contract(edition) takes an edition, or an overlay or its file, not None"),
        (lambda: Contract(operation=5), "Contract(operation=…) takes the name of a call, not 5"),
        (lambda: Contract(api=None), "Contract(api=…) takes an Api, not None"),
        (lambda: Contract(skip="node.times"), "Contract(skip=…) takes a collection of rules' codes, not 'node.times'"),
        (lambda: Contract().check_history(5), f"check_history(polls) takes {POLLS}, not 5"),
        (lambda: Contract().check_history([{}]), f"check_history(polls) takes {POLLS}, not {{}}"),
        (lambda: Contract().check_history(b"{}"), f"check_history(polls) takes {POLLS}, not 123"),
        (
            lambda: Contract().check_response({}, request="x"),
            "check_response(request=…) takes the parameters of the call by name, not 'x'",
        ),
        (
            lambda: Contract().check_history([], request=[1]),
            "check_history(request=…) takes the parameters of the calls by name, not [1]",
        ),
        (lambda: History("v2"), "History(contract) takes a Contract, not 'v2'"),
        (lambda: load_baseline(None), "load_baseline(file) takes the path of a baseline, not None"),
        (lambda: save_baseline([], "x.json"), "save_baseline(baseline) takes a Baseline, not []"),
        (lambda: save_baseline(Baseline(), 5), "save_baseline(file) takes the path of a baseline, not 5"),
        (lambda: Target(5), "Target(url) takes a URL as text, not 5"),
        (lambda: Target("http://127.0.0.1", timeout="5"), "Target(timeout=…) takes seconds as a number, not '5'"),
        (lambda: Target("http://127.0.0.1", credentials="x"), "Target(credentials=…) takes Credentials, not 'x'"),
        (lambda: Plan("3"), "Plan(polls) takes a whole number, not '3'"),
        (lambda: Plan(until="FINISHED"), "Plan(until) takes a set of states, not 'FINISHED'"),
        (lambda: verify(LOCAL, "10"), "verify(tasks) takes a list of tasks' ids as text, or of Questions, not '10'"),
        (lambda: verify(LOCAL, [10]), "verify(tasks) takes tasks' ids as text, or Questions, not 10"),
        (lambda: verify(LOCAL, ["10"], plan=3), "verify(plan=…) takes a Plan, not 3"),
        (
            lambda: asking("http://127.0.0.1:9", 1).__enter__(),
            "verify(where) takes a Target, such as Target('http://127.0.0.1:8000'), not 'http://127.0.0.1:9'",
        ),
        (lambda: Question(5, {}), "Question(task_id) takes a task's id as text, not 5"),
        (
            lambda: Question("5", None),
            "Question(parameters) takes the parameters of a call by name, not None",
        ),
        (lambda: Credentials(bk_token=b"s3cret"), "Credentials(bk_token=…) takes a text, not bytes"),
        (lambda: Target(LOCAL.url, headers=[1]), "Target(headers=…) takes pairs of a name and a value, both text"),
        (lambda: list(probe(LOCAL, None)), "probe(parameters) takes the parameters of a call by name, not None"),
        (lambda: list(related(LOCAL, "10", [])), "related(verified) takes a Verified, as verify gives, not '10'"),
        (lambda: load_smoke(None), "load_smoke(file) takes the path of a JSON or TOML file, not None"),
        (lambda: Smoke("x"), "Smoke(parameters) takes the parameters of create_task by name, not 'x'"),
        (lambda: Drive(LOCAL, "x"), "Drive(smoke) takes a Smoke, such as load_smoke(FILE) gives, not 'x'"),
    ],
)
def test_argument_of_another_type_is_refused(call, told):
    with pytest.raises(ArgumentError) as caught:
        call()

    assert str(caught.value) == told


def test_overlay_and_baseline_are_named_by_paths_too(tmp_path: pathlib.Path):
    overlay = tmp_path / "mine.json"
    overlay.write_text('{"extends": "v2"}')
    save_baseline(Baseline(), tmp_path / "b.toml")

    assert Contract(overlay).edition == "v2"
    assert load_baseline(tmp_path / "b.toml") == Baseline()
