"""The poller against tasks that go wrong in every way that a real system knows; no test waits."""

import json

import pytest
from poller import NotEndedError, Outcome, Patience, Poller, StatusError, failed_leaves

CREDENTIALS = {"bk_app_code": "app", "bk_app_secret": "secret", "bk_username": "robot"}


class TaskTime:
    """Time as the task sees it: to sleep is to move its clock."""

    def __init__(self, task):
        self._task = task
        self.naps = []

    def sleep(self, seconds):
        self.naps.append(seconds)
        self._task.clock.advance(seconds)

    def now(self):
        return sum(self.naps)


@pytest.fixture
def wait(taskmock):
    """Plays a scenario and waits for its task."""

    def waited(scenario, **patience):
        task = taskmock.play(scenario)
        waited.time = TaskTime(task)
        waited.task = task
        poller = Poller(
            taskmock.url, CREDENTIALS, patience=Patience(**patience), sleep=waited.time.sleep, now=waited.time.now
        )
        return poller.wait("2", task.id)

    return waited


pytestmark = pytest.mark.taskmock(clock="manual")


def test_task_that_starts_slowly_finishes(wait):
    assert wait("slow-start").state == "FINISHED"


def test_failed_task_that_somebody_retries_finishes(wait):
    assert wait("failed-then-retried") == Outcome("FINISHED", polls=wait.time.naps.count(2) + 1)


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
    assert wait("malformed-envelope", errors_in_a_row=6).state == "FINISHED"


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


def test_server_that_is_away_is_an_error():
    with pytest.raises(StatusError, match="no answer"):
        Poller("http://127.0.0.1:9", CREDENTIALS).status("2", "10")


@pytest.mark.taskmock(tags=["failure"], clock="manual")
def test_no_failure_of_the_library_keeps_the_poller_busy_for_ever(taskmock):
    task = taskmock.play()
    time = TaskTime(task)
    poller = Poller(taskmock.url, CREDENTIALS, sleep=time.sleep, now=time.now)

    assert poller.wait("2", task.id).state == task.ends


def test_answers_keep_the_contract(taskmock, taskmock_contract):
    task = taskmock.play("nested-subprocess-failure")
    task.clock.end()
    data = Poller(taskmock.url, CREDENTIALS).status("2", task.id)

    taskmock_contract.check(json.dumps({"result": True, "data": data}))
    assert list(failed_leaves(data)) == ["Roll out / First cluster / Hosts / Restart the service"]
