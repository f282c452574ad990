"""`X-Mock-Link`: one line of an answer that plays this very answer again, on any mock."""

import json

import pytest

from support.mock_calls import send
from taskmock.mockserver import MockServer, Settings
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.sessions.replay_link import LONGEST_LINK

FLAKY = """\
format: 1
scenario: flaky
edition: v2
flow: [Copy: 2s, Check: {takes: 2s, fails: no}]
faults:
  - {polls: [2], envelope: {code: 3599999, message: no permission}}
  - {answers: 3, when: Copy RUNNING, http: 502}
"""


@pytest.fixture
def servers():
    """Two mocks of the same scenario whose clocks stand still."""
    scenario = read_scenario(FLAKY, source="flaky")
    with MockServer(scenario, clock=ManualClock()) as one, MockServer(scenario, clock=ManualClock()) as other:
        yield one, other


def replayed(server, link):
    """What the link's own call answers on a server."""
    return send(server.url, json.loads(send(server.url, link).body)["url"])


def test_link_of_an_answer_gets_that_answer_again_anywhere(servers):
    one, other = servers
    task = one.play(task_id="10")
    for number in range(7):
        task.clock.advance(number and 0.5)
        answer = send(task.url)

        again = replayed(other, answer.headers["X-Mock-Link"])

        assert (again.status, again.body) == (answer.status, answer.body)
        moved = answer.headers["X-Mock-Reading"]
        assert again.headers["X-Mock-Reading"] == f"{moved.removesuffix('; clock=manual')}; clock=manual"


def test_link_carries_what_was_done_to_the_task(servers):
    one, other = servers
    task = one.play(task_id="10")
    task.clock.set(10)
    task.commands.retry("Check")
    task.clock.advance(1)
    for _ in range(2):
        answer = send(task.url)

    assert replayed(other, answer.headers["X-Mock-Link"]).body == answer.body


def test_link_is_that_of_the_tasks_own_page_but_for_this_poll(servers):
    task = servers[0].play("failed-then-retried", "10")

    link = send(task.url).headers["X-Mock-Link"]

    shown = json.loads(send(servers[0].url, "/__admin/sessions/default/tasks/10").body)["link"]
    assert link == shown.replace("polls=1", "polls=0")


def test_link_that_would_be_too_long_is_left_out():
    with MockServer(clock=ManualClock(), settings=Settings(seed="s" * LONGEST_LINK)) as server:
        assert "X-Mock-Link" not in send(server.play().url).headers
