"""What the tests of the suite ask for; a plugin of pytest, there while the suite runs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from taskmock.contracts.plugin_options import REDACT, is_chosen
from taskmock.contracts.suite.evidence import Deployment, TaskEvidence, gathered
from taskmock.contracts.suite.verdict import TaskVerdict
from taskmock.contracts.verify.attempt import UnreachableError

DEPLOYMENT: pytest.StashKey[Deployment] = pytest.StashKey()
"""What a run of the suite is about, with its configuration."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test of a task once for each of them; a report that leaves the house does not name them."""
    if "taskmock_task" in metafunc.fixturenames:
        questions = metafunc.config.stash[DEPLOYMENT].questions
        is_redacted = is_chosen(metafunc.config, REDACT)
        names = [f"#{number}" if is_redacted else each.task_id for number, each in enumerate(questions, 1)]
        metafunc.parametrize("taskmock_task", range(len(questions)), indirect=True, ids=names)


@pytest.fixture(scope="session")
def taskmock_evidence(pytestconfig: pytest.Config) -> Sequence[TaskEvidence]:
    """What the deployment has shown of its tasks; it is asked when the first test wants to know."""
    try:
        return gathered(pytestconfig.stash[DEPLOYMENT])
    except UnreachableError as error:  # it was there when the run began
        reason = str(error)
    pytest.fail(reason, pytrace=False)


@pytest.fixture
def taskmock_task(request: pytest.FixtureRequest, taskmock_evidence: Sequence[TaskEvidence]) -> TaskVerdict:
    """The verdict on one task."""
    return TaskVerdict(request.node, taskmock_evidence[request.param])
