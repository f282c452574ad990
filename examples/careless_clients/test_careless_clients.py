"""Each careless client shows its flaw on a shipped scenario, and the careful one survives the same."""

import careful
import chat_bot
import container_platform
import database_manager
import hand_copied_body
import monitoring
import product_page
import pytest
import ticket_system
from situation import Situation

from taskmock.contracts import Contract

PAUSED_FOR_GOOD = Situation("node-suspended", stands=10)
NOBODY_REVOKES = Situation("paused-running-node", stands=40)
LATE = Situation("expired", arrives=25)
GATEWAY = (
    "refused: Component request third-party system [SOPS] interface [get_task_status] error: Status Code: 502, "
    "Error Message: third-party system interface response status code is not 200, "
    "please try again later or contact component developer to handle this"
)
LIMITED = "refused: API rate limit exceeded: 10 calls, try again in 5 seconds"
NOT_ALLOWED = "refused: iam authentication exception, please check, action:task_view"
WAITS = "waits for somebody: NODE_SUSPENDED"
CAUSE = "failed: Restart the service"

FLAWS = {
    "ticket system polls on at a paused node": (
        ticket_system, PAUSED_FOR_GOOD, "polls on", WAITS),
    "ticket system polls on at a cleaned history": (
        ticket_system, LATE, "polls on", "history cleaned"),
    "ticket system fails at one refused poll": (
        ticket_system, Situation("transient-backend-error"), GATEWAY, "done"),
    "ticket system takes FAILED for the end": (
        ticket_system, Situation("failed-then-retried"), "failed: Copy to hosts", "done"),
    "ticket system names a subprocess, not the cause": (
        ticket_system, Situation("nested-subprocess-failure"), "failed: Roll out", CAUSE),
    "database manager polls on at a paused node": (
        database_manager, PAUSED_FOR_GOOD, "polls on", WAITS),
    "database manager polls on at a cleaned history": (
        database_manager, LATE, "polls on", "history cleaned"),
    "database manager fails at one refused poll": (
        database_manager, Situation("rate-limited"), LIMITED, "done"),
    "database manager takes a pause for a failure": (
        database_manager, Situation("task-paused"), "failed: unknown", "done"),
    "database manager takes FAILED for the end": (
        database_manager, Situation("auto-retry-flicker"), "failed: Register", "done"),
    "database manager names a subprocess, not the cause": (
        database_manager, Situation("nested-subprocess-failure"), "failed: Roll out", CAUSE),
    "container platform asks for an hour what nobody may tell it": (
        container_platform, Situation("permission-lost"), "gave up, and revoked the task", NOT_ALLOWED),
    "container platform revokes a task that waits for somebody": (
        container_platform, PAUSED_FOR_GOOD, "gave up, and revoked the task", WAITS),
    "monitoring polls on at a node that is paused while it runs": (
        monitoring, NOBODY_REVOKES, "polls on", "waits for somebody: RUNNING"),
    "monitoring polls on at a cleaned history": (
        monitoring, LATE, "polls on", "history cleaned"),
    "monitoring takes a 3599999 that passes for the end": (
        monitoring, Situation("malformed-envelope"), "refused: unknown error", "done"),
    "monitoring takes FAILED for the end": (
        monitoring, Situation("failed-then-retried"), "failed", "done"),
    "chat bot has no word for a paused node": (
        chat_bot, Situation("node-suspended"), "dies of KeyError", "done"),
    "chat bot has no word for a state that is new": (
        chat_bot, Situation("unknown-state"), "dies of KeyError", "done"),
    "chat bot has no word for a cleaned history": (
        chat_bot, LATE, "dies of KeyError", "history cleaned"),
    "chat bot reads data that is null": (
        chat_bot, Situation("transient-backend-error"), "dies of AttributeError", "done"),
    "page looks away from a pause, and never learns that it is over": (
        product_page, Situation("task-paused"), "paused", "done"),
    "page looks away from a paused node": (
        product_page, Situation("node-suspended"), "a node is paused", "done"),
    "page looks away from a task that begins late": (
        product_page, Situation("slow-start"), "not started", "done"),
}  # fmt: skip


@pytest.mark.parametrize(("client", "situation", "careless", "true"), FLAWS.values(), ids=FLAWS.keys())
def test_careless_client_is_wrong_where_the_careful_one_is_right(taskmock_server, client, situation, careless, true):
    assert situation.verdict(client, taskmock_server.session()) == careless
    assert situation.verdict(careful, taskmock_server.session()) == true


def test_container_platform_asks_on_with_refused_credentials(taskmock_server):
    situation, refused = Situation("bad-credentials"), {}
    for client in (container_platform, careful):
        session = taskmock_server.session()
        situation.verdict(client, session)
        refused[client] = [call.code for call in session.requests() if call.code]

    assert refused == {container_platform: [1306000] * 5 + [1306403], careful: [1306000]}


def test_failed_task_goes_on_after_the_ticket_has_failed(taskmock_server):
    running = {}
    for client in (ticket_system, careful):
        session = taskmock_server.session()
        Situation("parallel-arm-fails").verdict(client, session)
        task = careful.status(session.url, "10")
        running[client] = [node["name"] for node in task["children"].values() if node["state"] == "RUNNING"]

    assert running == {ticket_system: ["Copy south"], careful: []}


def test_chat_bot_retries_the_subprocess_in_place_of_the_cause(taskmock_server):
    session = taskmock_server.session()
    task = session.play("nested-subprocess-failure")
    task.clock.freeze()
    task.clock.end()

    [answer] = chat_bot.retry(session.url, task.id)

    assert (answer["result"], answer["code"]) == (False, 3599999)
    assert careful.status(session.url, task.id)["state"] == "FAILED"
    task.commands.retry("Restart the service")
    assert careful.status(session.url, task.id)["state"] == "RUNNING"


def test_copied_body_makes_a_green_test_and_a_broken_client(taskmock):
    assert hand_copied_body.headline(hand_copied_body.COPIED) == "5a1622f9 is CREATED, run 1"

    task = taskmock.play("slow-start")
    with pytest.raises(KeyError, match="'id'"):
        hand_copied_body.show(taskmock.url, task.id)
    assert careful.status(taskmock.url, task.id)["state"] == "CREATED"


def test_contract_refuses_the_copied_body():
    report = Contract("doc-2019").check_response(hand_copied_body.COPIED)

    assert {(violation.code, violation.pointer) for violation in report.violations} == {
        ("parent.created", "/data/children"),
        ("times.unexpected", "/data/start_time"),
    }
