"""What a deployment promises around its documents: that it answers, with which status, in which envelope."""

from __future__ import annotations

from taskmock.contracts.suite.evidence import Topic
from taskmock.contracts.suite.verdict import TaskVerdict


def test_the_task_is_shown(taskmock_task: TaskVerdict) -> None:
    """A run that has seen no task has verified nothing."""
    taskmock_task.keeps(Topic.SEEN)


def test_every_call_is_answered_whole_and_in_time(taskmock_task: TaskVerdict) -> None:
    """No time-out, no connection that breaks off, no answer cut short, no redirect that leads nowhere."""
    taskmock_task.keeps(Topic.ANSWERED)


def test_the_http_status_is_the_gateways(taskmock_task: TaskVerdict) -> None:
    """The ESB answers HTTP 200 whatever it says; the API gateway has a status of its own for its own errors."""
    taskmock_task.keeps(Topic.STATUS)


def test_the_content_type_is_json(taskmock_task: TaskVerdict) -> None:
    """An answer in JSON says so."""
    taskmock_task.keeps(Topic.CONTENT_TYPE, documents=1)


def test_errors_have_the_codes_of_the_gateway(taskmock_task: TaskVerdict) -> None:
    """Clients tell errors apart by their codes, and find the limits that they run into."""
    taskmock_task.keeps(Topic.GATEWAY, documents=1)


def test_every_answer_names_its_request(taskmock_task: TaskVerdict) -> None:
    """The operators of the gateway find a call by its id."""
    taskmock_task.keeps(Topic.REQUEST_ID, documents=1)


def test_the_body_is_one_json_object_in_utf_8(taskmock_task: TaskVerdict) -> None:
    """Not HTML, not cut off, no key twice, no NaN, no half surrogate pair."""
    taskmock_task.keeps(Topic.BODY, documents=1)


def test_the_envelope_has_its_fields(taskmock_task: TaskVerdict) -> None:
    """`result` says whether the call worked; `data`, `message` and `code` go with it."""
    taskmock_task.keeps(Topic.ENVELOPE, documents=1)


def test_nothing_else_is_wrong(taskmock_task: TaskVerdict) -> None:
    """Whatever the judge finds belongs to a test."""
    taskmock_task.keeps(Topic.OTHER)
