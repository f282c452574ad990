"""The poller against tasks that go wrong in every way that a real system knows; no test waits."""

import json

import pytest
from poller import NotEndedError, Outcome, Patience, Poller, StatusError, failed_leaves
from task_time import TaskTime

CREDENTIALS = {"bk_app_code": "app", "bk_app_secret": "secret", "bk_username": "robot"}


LIBRARY = {
    "auto-retry-flicker": Outcome("FINISHED"),
    "backend-timeout": Outcome("FINISHED"),
    "bad-credentials": 1306000,
    "big-1000": Outcome("FINISHED"),
    "big-10000": Outcome("FINISHED"),
    "deep-30": Outcome("FAILED", failed=("Clean up package on queue-52",)),
    "duplicate-names": Outcome("FAILED", failed=("Restart",)),
    "expired": Outcome("FINISHED"),
    "failed-then-retried": Outcome("FINISHED"),
    "float-elapsed-time": Outcome("FINISHED"),
    "forced-fail": Outcome("FAILED", failed=("Compress",)),
    "hostile-text": Outcome("FAILED", failed=(("very long name " * 667)[:10000],)),
    "loop-reentry": Outcome("FINISHED", skipped=("Poll once more",)),
    "malformed-envelope": Outcome("FINISHED"),
    "nested-subprocess-failure": Outcome("FAILED", failed=("Restart the service",)),
    "node-suspended": Outcome("FINISHED"),
    "not-found": 3599999,
    "operated-after-end": Outcome("REVOKED"),
    "parallel-arm-fails": Outcome("FAILED", failed=("Restart north",)),
    "paused-running-node": Outcome("REVOKED"),
    "permission-lost": 3599999,
    "rate-limited": Outcome("FINISHED"),
    "revoked-midway": Outcome("REVOKED"),
    "revoked-while-retrying": Outcome("REVOKED", failed=("Register",)),
    "skipped-and-ignored": Outcome("FINISHED", skipped=("Notify the owners", "Stop the agents")),
    "slow-start": Outcome("FINISHED"),
    "stale-answers": Outcome("FINISHED"),
    "task-paused": Outcome("FINISHED"),
    "transient-backend-error": Outcome("FINISHED"),
    "unknown-state": Outcome("FINISHED"),
    "wide-500": Outcome("FINISHED"),
}
"""What a careful client makes of each shipped scenario: an outcome (without the paths), or the code of a refusal."""


@pytest.fixture
def wait(taskmock):
    """Plays a scenario and waits for its task."""

    def waited(scenario, *, tell=lambda _state: None, **patience):
        task = taskmock.play(scenario)
        waited.time = TaskTime(task)
        waited.task = task
        poller = Poller(
            taskmock.url,
            CREDENTIALS,
            patience=Patience(**patience),
            tell=tell,
            sleep=waited.time.sleep,
            now=waited.time.now,
        )
        return poller.wait("2", task.id)

    return waited


pytestmark = pytest.mark.taskmock(clock="manual")


def test_task_that_starts_slowly_finishes(wait):
    assert wait("slow-start").state == "FINISHED"


def test_failed_task_that_somebody_retries_finishes(wait):
    outcome = wait("failed-then-retried")

    assert (outcome.state, outcome.polls) == ("FINISHED", len(wait.time.naps) + 1)


def test_failed_task_that_nobody_retries_is_given_up(wait):
    outcome = wait("nested-subprocess-failure", after_failure=20)

    assert outcome.state == "FAILED"
    assert outcome.failed == ("Roll out / First cluster / Hosts / Restart the service",)


def test_revoked_task_has_ended(wait):
    assert wait("revoked-midway").state == "REVOKED"


def test_paused_task_that_is_resumed_finishes(wait):
    assert wait("node-suspended").state == "FINISHED"


def test_paused_task_that_nobody_resumes_outlasts_our_patience(wait):
    with pytest.raises(NotEndedError) as caught:
        wait("node-suspended", in_all=10)

    assert str(caught.value) == f"task {wait.task.id} is NODE_SUSPENDED after 10 s"


def test_somebody_hears_of_a_pause_when_it_begins(wait):
    told = []
    wait("node-suspended", tell=lambda state: told.append((wait.task.clock.seconds, state)))

    assert told == [(0, "CREATED"), (2, "RUNNING"), (8, "NODE_SUSPENDED"), (30, "RUNNING"), (40, "FINISHED")]


def test_cleaned_history_is_an_end(taskmock):
    task = taskmock.play("expired")
    task.clock.end()

    assert Poller(taskmock.url, CREDENTIALS, sleep=pytest.fail).wait("2", task.id).state == "EXPIRED"


def test_state_that_nobody_knows_is_no_end(wait):
    assert wait("unknown-state").state == "FINISHED"


def test_errors_of_the_backend_are_ridden_out(wait):
    assert wait("transient-backend-error").state == "FINISHED"
    assert 4 in wait.time.naps  # it waits longer after an error


def test_answers_that_are_none_are_ridden_out(wait):
    assert wait("malformed-envelope").state == "FINISHED"


def test_too_many_errors_in_a_row_are_raised(wait):
    with pytest.raises(StatusError):
        wait("malformed-envelope", errors_in_a_row=3)


def test_lost_permission_is_raised_at_once(wait, taskmock):
    with pytest.raises(StatusError, match="iam authentication exception") as caught:
        wait("permission-lost")

    assert caught.value.is_final
    assert [entry.code for entry in taskmock.requests()].count(3599999) == 1


def test_wrong_credentials_are_raised_at_once(taskmock):
    with pytest.raises(StatusError, match="bk_app_secret") as caught:
        Poller(taskmock.url, {"bk_app_code": "app"}, sleep=pytest.fail).wait("2", "10")

    assert caught.value.code == 1306000


@pytest.mark.parametrize(("below", "code"), [("/nowhere", 1306000), ("/api/bk-sops/prod", 1640401)])
def test_wrong_address_is_raised_at_once(taskmock, below, code):
    with pytest.raises(StatusError, match="API not found") as caught:
        Poller(taskmock.url + below, CREDENTIALS, sleep=pytest.fail).wait("2", "10")

    assert caught.value.code == code


def test_answer_that_takes_too_long_is_an_error(taskmock):
    task = taskmock.play("backend-timeout")
    poller = Poller(taskmock.url, CREDENTIALS, patience=Patience(answer=2))

    assert [poller.status("2", task.id)["state"] for _ in range(2)] == ["CREATED", "CREATED"]
    with pytest.raises(StatusError, match="timed out"):
        poller.status("2", task.id)


def test_answer_that_is_cut_off_is_an_error(taskmock):
    task = taskmock.play("backend-timeout")
    poller = Poller(taskmock.url, CREDENTIALS)

    told = []
    for _ in range(8):
        try:
            told.append(poller.status("2", task.id)["state"])
        except StatusError as error:
            told.append(str(error).partition(":")[0])

    assert told == [*["CREATED"] * 3, "the answer, HTTP 504, is not JSON", "CREATED", *["no answer"] * 3]


def test_server_that_is_away_is_an_error():
    with pytest.raises(StatusError, match="no answer"):
        Poller("http://127.0.0.1:9", CREDENTIALS).status("2", "10")


@pytest.mark.taskmock(scenario="*", clock="manual")
def test_every_shipped_scenario_is_survived(taskmock):
    task = taskmock.play()
    time = TaskTime(task)
    poller = Poller(taskmock.url, CREDENTIALS, patience=Patience(interval=5), sleep=time.sleep, now=time.now)

    assert made_of(poller, task) == LIBRARY[task.scenario]


def made_of(poller, task):
    """What the poller makes of a task, in the words of `LIBRARY`."""
    try:
        outcome = poller.wait("2", task.id)
    except StatusError as error:
        return error.code if error.is_final else error
    return Outcome(outcome.state, last_names(outcome.failed), last_names(outcome.skipped))


def last_names(paths):
    return tuple(path.rpartition(" / ")[2] for path in paths)


def test_answers_keep_the_contract(taskmock, taskmock_contract):
    task = taskmock.play("nested-subprocess-failure")
    task.clock.end()
    data = Poller(taskmock.url, CREDENTIALS).status("2", task.id)

    taskmock_contract.check(json.dumps({"result": True, "data": data}))
    assert list(failed_leaves(data)) == ["Roll out / First cluster / Hosts / Restart the service"]
