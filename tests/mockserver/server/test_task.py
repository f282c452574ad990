"""A task in the hands of a test: its clock, and what is done to it."""

import pytest

from support.copy_scenario import COPY, states
from support.mock_calls import send


def test_task_clock_moves_the_task(mock):
    task = mock.play(COPY)
    seen = []
    for seconds in (1, 2, 3):
        task.clock.advance(seconds)
        seen.append((task.clock.seconds, states(task)))

    assert seen == [
        (1, {"Copy all": "RUNNING", "Prepare": "RUNNING"}),
        (3, {"Copy all": "RUNNING", "Prepare": "FINISHED", "Copy": "RUNNING"}),
        (6, {"Copy all": "FAILED", "Prepare": "FINISHED", "Copy": "FAILED"}),
    ]


def test_task_clock_set_back_gives_the_same_answers(mock):
    task = mock.play(COPY)
    task.clock.set(3)
    first = send(task.url).json["data"]
    task.clock.end()
    task.clock.set(3)

    assert send(task.url).json["data"] == first


def test_task_clock_steps_from_change_to_change(mock):
    task = mock.play(COPY)
    seconds = []
    for _ in range(20):
        task.clock.next()
        seconds.append(task.clock.seconds)

    assert seconds[0] == 1
    assert seconds[-1] == seconds[-2] == 6
    assert sorted(seconds) == seconds


def test_task_clock_end_never_goes_back(mock):
    task = mock.play(COPY)
    task.clock.set(100)
    task.clock.end()

    assert task.clock.seconds == 100


def test_task_clock_freezes_and_runs(mock, clock):
    task = mock.play(COPY)
    seen = []
    clock.advance(1)
    task.clock.freeze()
    clock.advance(1)
    seen.append(task.clock.seconds)
    task.clock.run()
    clock.advance(1)
    seen.append(task.clock.seconds)

    assert seen == [1, 2]


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_task_clock_refuses_seconds_that_cannot_be(mock, seconds):
    task = mock.play()

    with pytest.raises(ValueError, match=r"^a clock advances by 0 to 100000000000 seconds, not .*; set\(\) goes back$"):
        task.clock.advance(seconds)
    with pytest.raises(ValueError, match=r"^a clock is set to a moment of 0 to 100000000000 seconds, not "):
        task.clock.set(seconds)


def test_poll_clock_becomes_manual_when_it_is_moved(mock):
    session = mock.session()
    session.settle(clock="polls")
    task = session.play(COPY)

    task.clock.end()

    assert [send(task.url).state for _ in range(3)] == ["FAILED"] * 3


def test_commands_change_the_task(mock):
    task = mock.play(COPY)
    task.clock.end()

    task.commands.retry("Copy")
    task.clock.advance(4)
    task.commands.callback("Approve")
    task.clock.end()

    assert states(task) == {"Copy all": "FINISHED", "Prepare": "FINISHED", "Copy": "FINISHED", "Approve": "FINISHED"}


@pytest.mark.parametrize(
    ("seconds", "command", "state"),
    [
        (2, lambda commands: commands.pause(), {"Copy all": "SUSPENDED"}),
        (2, lambda commands: (commands.pause(), commands.resume()), {"Copy all": "RUNNING"}),
        (2, lambda commands: commands.revoke(), {"Copy all": "REVOKED"}),
        (2, lambda commands: commands.forced_fail("Prepare"), {"Prepare": "FAILED"}),
        (6, lambda commands: commands.skip("Copy"), {"Copy": "FINISHED", "Approve": "RUNNING"}),
        (
            7,
            lambda commands: (commands.skip("Copy"), commands.callback("Approve", result=False)),
            {"Approve": "FAILED"},
        ),
        (6, lambda commands: commands.rollback("Prepare"), {"Copy all": "RUNNING", "Prepare": "RUNNING"}),
    ],
    ids=["pause", "resume", "revoke", "forced-fail", "skip", "callback", "rollback"],
)
def test_command_shows_in_the_next_answer(mock, seconds, command, state):
    task = mock.play(COPY)
    task.clock.set(seconds)

    command(task.commands)

    assert states(task).items() >= state.items()


def test_refused_command_changes_nothing(mock):
    task = mock.play(COPY)
    task.clock.set(2)
    before = send(task.url).json["data"]

    with pytest.raises(Exception, match="Prepare"):
        task.commands.retry("Prepare")

    assert send(task.url).json["data"] == before
