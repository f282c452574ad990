"""The fixtures of the tests of the suite; a plugin of pytest, there while the suite runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pytest

from taskmock.contracts.findings.report import Report
from taskmock.contracts.pytest_plugin.options import REDACT, is_chosen
from taskmock.contracts.pytest_plugin.run import Judged
from taskmock.contracts.suite.deployment import DEPLOYMENT
from taskmock.contracts.suite.evidence import Deployment, TaskEvidence, call_evidence, probe_evidence, task_evidence
from taskmock.contracts.suite.verdict import TaskVerdict, Verdict
from taskmock.contracts.verify.probes import PROBES
from taskmock.contracts.verify.transport.request import UnreachableError

_Seen = TypeVar("_Seen")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test once for each task, further call or probe; a redacted report does not name tasks."""
    deployment = metafunc.config.stash[DEPLOYMENT]
    is_redacted = is_chosen(metafunc.config, REDACT)
    tasks = {n: f"#{n + 1}" if is_redacted else one.task_id for n, one in enumerate(deployment.questions)}
    calls = {(n, call): f"{task}-{call}" for n, task in tasks.items() for call in deployment.operations}
    probes = {one.name: one.name for one in PROBES if deployment.target.gateway in one.gateways}
    fixtures: dict[str, Mapping[Any, str]] = {"taskmock_task": tasks, "taskmock_call": calls, "taskmock_probe": probes}
    for fixture, wanted in fixtures.items():
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, list(wanted), indirect=True, ids=list(wanted.values()))


@pytest.fixture(scope="session")
def taskmock_deployment(pytestconfig: pytest.Config) -> Deployment:
    """What this run is about."""
    return pytestconfig.stash[DEPLOYMENT]


@pytest.fixture(scope="session")
def taskmock_evidence(taskmock_deployment: Deployment) -> Sequence[TaskEvidence]:
    """What the deployment has shown of its tasks; it is asked on first use."""
    return _answered(lambda: task_evidence(taskmock_deployment))


@pytest.fixture(scope="session")
def taskmock_probes(taskmock_deployment: Deployment) -> Mapping[str, Report]:
    """The verdicts on the calls that ought to be refused; they are made on first use."""
    return _answered(lambda: probe_evidence(taskmock_deployment))


@pytest.fixture
def taskmock_task(request: pytest.FixtureRequest, taskmock_evidence: Sequence[TaskEvidence]) -> TaskVerdict:
    """The verdict on one task."""
    return TaskVerdict(request.node, taskmock_evidence[request.param])


@pytest.fixture
def taskmock_call(
    request: pytest.FixtureRequest, taskmock_deployment: Deployment, taskmock_evidence: Sequence[TaskEvidence]
) -> Verdict:
    """The verdicts on one further call about a task; on some of its nodes where the call is about nodes."""
    number, operation = request.param
    task = taskmock_evidence[number]
    made = _answered(lambda: call_evidence(taskmock_deployment, task, operation))
    if not made:
        pytest.skip(f"there is nothing to ask {operation} for: no such call in {task.edition}, no task, or no node")
    return Verdict(request.node, {one.node_id or operation: Judged(one.report, one.node_id or "") for one in made})


@pytest.fixture
def taskmock_probe(request: pytest.FixtureRequest, taskmock_probes: Mapping[str, Report]) -> Verdict:
    """The verdict on one call that ought to be refused."""
    return Verdict(request.node, {f"probe {request.param}": Judged(taskmock_probes[request.param])})


def _answered(ask: Callable[[], _Seen]) -> _Seen:
    """What comes of asking the deployment; fails the test in one line where it has gone away since the run began."""
    try:
        return ask()
    except UnreachableError as error:
        reason = str(error)
    pytest.fail(reason, pytrace=False)
