"""The flag `with_ex_data`: what failed nodes say, for those who ask."""

import pytest
from asking import ask, target

from taskmock.contracts import Contract
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.server import Settings, build_app


def failed_task(edition):
    return build_app(Settings(scenario="nested-subprocess-failure", mode=ClockMode.INSTANT, edition=edition))


@pytest.mark.parametrize("flag", ["true", "True", "1", "false", "0"])
def test_any_text_asks_for_failures(flag):
    body = ask(failed_task("v2"), target(with_ex_data=flag)).json

    assert list(body["data"]["ex_data"].values()) == ["exit code 1: port 8080 is in use"]
    assert list(body["data"])[-2:] == ["ex_data", "name"]
    report = Contract("v2", strictness="strict").check_response(body, request={"with_ex_data": flag})
    assert report.violations == ()


def test_nobody_is_told_who_does_not_ask():
    app = failed_task("v2")

    assert "ex_data" not in ask(app, target()).json["data"]
    assert "ex_data" not in ask(app, target(with_ex_data="")).json["data"]


def test_a_task_that_did_not_fail_has_nothing_to_tell():
    app = build_app(Settings(scenario="failed-then-retried", mode=ClockMode.INSTANT))

    assert "ex_data" not in ask(app, target(with_ex_data="true")).json["data"]


@pytest.mark.parametrize("edition", ["v1", "doc-2019"])
def test_earlier_editions_ignore_the_flag(edition):
    assert "ex_data" not in ask(failed_task(edition), target(with_ex_data="true")).json["data"]
