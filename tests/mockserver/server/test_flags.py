"""The flags of a status call over HTTP's parameters, however a client sends them."""

import json

import pytest

from support.app_calls import EXAMPLE, ask, assert_envelope, call, node_ids, post, target
from taskmock.contracts import Contract
from taskmock.mockserver.clock import ClockMode, ManualClock
from taskmock.mockserver.server.settings import Settings, build_app

FLAGS = ("with_ex_data", "with_failed_node_info", "with_auto_retry_status")
UNKNOWN = "n" + 31 * "0"


def ended(edition="v2", scenario="nested-subprocess-failure"):
    """An application whose tasks are at their end."""
    return build_app(Settings(scenario=scenario, mode=ClockMode.INSTANT, edition=edition))


def created():
    """An application whose tasks have not begun."""
    return build_app(Settings(scenario="slow-start", clock=ManualClock()))


@pytest.mark.parametrize("flag", ["true", "True", "1", "false", "0"])
def test_any_text_asks_for_failures(flag):
    body = ask(ended(), target(with_ex_data=flag)).json

    assert list(body["data"]["ex_data"].values()) == ["exit code 1: port 8080 is in use"]
    assert list(body["data"])[-2:] == ["ex_data", "name"]


def test_nobody_is_told_who_does_not_ask():
    app = ended()

    assert not {"ex_data", "failed_node_info", "auto_retry_status"}.intersection(ask(app, target()).json["data"])
    assert "ex_data" not in ask(app, target(with_ex_data="")).json["data"]


@pytest.mark.parametrize("value", [True, False, 0, "x"])
def test_flags_in_a_json_body_are_the_same(value):
    app = ended()

    sent = post(app, EXAMPLE | dict.fromkeys(FLAGS, value)).json

    assert sent["data"] == ask(app, target(**dict.fromkeys(FLAGS, "True"))).json["data"]


def test_flags_in_a_form_are_the_same():
    app = ended()
    form = target(with_ex_data="True").partition("?")[2].encode("ascii")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    sent = ask(app, target("/api/c/compapi/v2/sops/get_task_status/"), method="POST", body=form, headers=headers)

    assert sent.json["data"] == ask(app, target(with_ex_data="True")).json["data"]


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("flags", [{}, {"with_ex_data": "True"}, dict.fromkeys(FLAGS, "True")])
def test_every_subtree_keeps_the_contract(edition, flags):
    app = ended(edition)
    tree = ask(app, target()).json["data"]

    for node_id in [tree["id"], *node_ids(tree), UNKNOWN]:
        answer = ask(app, target(subprocess_id=node_id, **flags))

        report = Contract(edition, strictness="strict").check_response(
            answer.body, request={"task_id": "10", "subprocess_id": node_id, **flags}
        )
        assert report.violations == ()


def test_subtree_has_the_tasks_name_its_own_parent_and_no_other_names():
    app = ended()
    tree = ask(app, target()).json["data"]
    (inner,) = (child for child in tree["children"].values() if child["children"])

    data = ask(app, target(subprocess_id=inner["id"])).json["data"]

    assert (data["id"], data["name"], data["parent_id"], data["root_id:"]) == (
        inner["id"],
        tree["name"],
        tree["id"],
        tree["id"],
    )
    assert {child["name"] for child in data["children"].values()} == {""}
    assert any(child["name"] for child in inner["children"].values())


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_subtree_that_is_not_there_is_created(edition):
    app = ended(edition)

    body = ask(app, target(subprocess_id=UNKNOWN)).json

    assert (body["result"], body["data"]["state"]) == (True, "CREATED")
    assert body["data"]["name"] == ask(app, target()).json["data"]["name"]


@pytest.mark.parametrize("flag", ["with_failed_node_info", "with_auto_retry_status"])
def test_flags_that_look_for_an_id_are_refused_where_there_is_none(flag):
    said = {flag: "False"}
    message = "task[id=10] extract failed node info error: 'id'"

    assert_envelope(ask(created(), target(**said)), 3599999, message)
    assert_envelope(ask(ended(scenario="expired"), target(**said)), 3599999, message)
    assert_envelope(ask(ended(), target(subprocess_id=UNKNOWN, **said)), 3599999, message)


def test_nothing_is_refused_without_quirks():
    app = build_app(Settings(scenario="slow-start", clock=ManualClock(), quirks=False))

    answer = ask(app, target(**dict.fromkeys(FLAGS, "True")))

    assert answer.json["data"] == ask(app, target()).json["data"]


def test_ex_data_alone_looks_for_no_id():
    assert ask(created(), target(with_ex_data="True")).json["data"]["state"] == "CREATED"
    assert ask(ended(scenario="expired"), target(with_ex_data="True")).json["data"]["state"] == "EXPIRED"


def test_automatic_retries_are_told():
    clock = ManualClock()
    app = build_app(Settings(scenario="auto-retry-flicker", clock=clock))
    ask(app, target())
    seen = []
    for seconds in (8, 7, 7):
        clock.advance(seconds)
        data = ask(app, target(with_failed_node_info="1", with_auto_retry_status="1")).json["data"]
        seen.append((data["state"], *(info["auto_retry_times"] for info in data["failed_node_info"].values())))
        assert data["auto_retry_status"]["auto_retry_nodes"] == list(data["failed_node_info"])

    assert seen == [("FAILED", 0), ("FAILED", 1), ("FAILED", 2)]


def test_document_ignores_all_flags():
    app = ended("doc-2019")
    tree = ask(app, target()).json["data"]
    node_id = next(iter(tree["children"]))

    answer = ask(app, target(subprocess_id=node_id, scope="project", **dict.fromkeys(FLAGS, "True")))

    assert answer.json["data"] == tree


def test_task_of_engine_1_ignores_ex_data():
    app = ended("v1")
    tree = ask(app, target(with_ex_data="True")).json["data"]
    (inner,) = (child["id"] for child in tree["children"].values() if child["children"])

    assert "ex_data" not in tree
    assert list(ask(app, target(subprocess_id=inner, with_ex_data="True")).json["data"]["ex_data"].values()) == [
        "exit code 1: port 8080 is in use"
    ]


def test_every_combination_of_flags_is_answered_inline_as_at_first():
    app = ended()
    node_id = next(iter(ask(app, target()).json["data"]["children"]))
    for bits in range(16):
        said = {name: "1" for number, name in enumerate(FLAGS) if bits >> number & 1}
        if bits & 8:
            said["subprocess_id"] = node_id
        asked = call(target(**said))
        first = app.answer(asked)

        again = app.answer_inline(asked)

        assert json.loads(again.body) == json.loads(first.body)
