"""The fixture `taskmock`: a session of the mock for each test, played in a pytest of its own."""

pytest_plugins = ["pytester"]


def test_url_reaches_the_session(run):
    result = run("""
def test_client(taskmock):
    assert "/__s/" in taskmock.url
    assert state(taskmock.url + STATUS + QUERY) == "CREATED"
    assert [entry.task_id for entry in taskmock.requests()] == ["10"]
""")

    result.assert_outcomes(passed=1)


def test_every_test_has_a_session_of_its_own(run):
    result = run("""
@pytest.mark.parametrize("number", [1, 2])
def test_client(taskmock, number):
    task = taskmock.play(COPY)
    assert state(task.url) == "CREATED"
    task.clock.end()
    assert len(taskmock.requests()) == 1
""")

    result.assert_outcomes(passed=2)


def test_server_is_one_for_the_whole_run(run):
    result = run("""
SERVERS = set()

@pytest.mark.parametrize("number", [1, 2])
def test_client(taskmock_server, taskmock, number):
    SERVERS.add(taskmock_server.url)
    assert len(SERVERS) == 1
    assert taskmock.url.startswith(taskmock_server.url)
""")

    result.assert_outcomes(passed=2)


def test_task_plays_under_the_tests_hands(run):
    result = run("""
@pytest.mark.taskmock(clock="manual")
def test_client(taskmock):
    task = taskmock.play(COPY)
    assert (task.id, task.ends, state(task.url)) == ("10", "FAILED", "CREATED")
    task.clock.end()
    assert state(task.url) == "FAILED"
    task.commands.skip("A")
    task.clock.end()
    assert state(task.url) == "FINISHED"
    assert len(taskmock.requests(task.id)) == 3
""")

    result.assert_outcomes(passed=1)


def test_app_is_played_without_a_socket(run):
    result = run("""
def test_client(taskmock):
    import httpx
    task = taskmock.play(COPY)
    with httpx.Client(transport=httpx.WSGITransport(taskmock.app), base_url="http://mock") as client:
        answer = client.get(STATUS + QUERY)
    assert answer.headers["X-Mock-Scenario"] == "copy"
    assert len(taskmock.requests()) == 1
""")

    result.assert_outcomes(passed=1)


def test_calls_of_a_client_in_the_background_are_waited_for(run):
    result = run("""
import asyncio
import threading

def test_client(taskmock):
    task = taskmock.play(COPY)
    threads = [threading.Thread(target=state, args=[task.url]) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert len(taskmock.wait_for_requests(3, task_id=task.id)) == 3
    assert len(asyncio.run(taskmock.wait_for_requests_async(3))) == 3
    for thread in threads:
        thread.join()

def test_nobody(taskmock):
    with pytest.raises(TimeoutError, match="0 of 1 calls"):
        taskmock.wait_for_requests(within=0)
""")

    result.assert_outcomes(passed=2)


def test_way_of_polling_is_asserted(run):
    result = run("""
def test_client(taskmock):
    task = taskmock.play(COPY)
    for _ in range(3):
        state(task.url)
    assert taskmock.assert_polled(task, at_least=3, at_most=3, interval=(0, 60)).count == 3
    taskmock.assert_polled("10")
    taskmock.assert_polled(task, at_most=2)
""")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *PollingError: task 10 was polled more than 2 times: 3 polls; intervals in s: *"])


def test_seed_changes_generated_tasks(run):
    result = run(
        """
def test_client(taskmock):
    with urlopen(taskmock.play().url) as answer:
        assert answer.headers["X-Mock-Seed"] == "seven; generator=1; engine=2"
""",
        "--taskmock-seed=seven",
    )

    result.assert_outcomes(passed=1)


def test_edition_is_the_servers_too(run):
    result = run(
        """
def test_client(taskmock, taskmock_contract):
    task = taskmock.play()
    with urlopen(task.url) as answer:
        assert taskmock_contract.check(answer.read()).edition == "v2"
""",
        "--taskmock-edition=v2",
        "--taskmock-strictness=strict",
    )

    result.assert_outcomes(passed=1)


def test_plugin_works_without_the_contracts_plugin(run):
    result = run("def test_client(taskmock): taskmock.play()\n", "-p", "no:taskmock_contract")

    result.assert_outcomes(passed=1)


def test_workers_have_servers_of_their_own(run):
    result = run(
        """
@pytest.mark.parametrize("number", range(4))
def test_client(taskmock, number):
    assert state(taskmock.play(COPY).url) == "CREATED"
""",
        "-n2",
    )

    result.assert_outcomes(passed=4)


def test_freezegun_drives_the_wall_clock(run):
    result = run("""
def test_client(taskmock):
    from freezegun import freeze_time
    with freeze_time("2024-05-01 00:00:00+0000") as frozen:
        task = taskmock.play(COPY)
        seen = [state(task.url)]
        frozen.tick(1)
        seen.append(state(task.url))
        frozen.tick(3600)
        with urlopen(task.url) as answer:
            data = json.load(answer)["data"]
    assert [*seen, data["state"]] == ["CREATED", "RUNNING", "FAILED"]
    assert data["start_time"] == "2024-05-01 08:00:01 +0800"
""")

    result.assert_outcomes(passed=1)


def test_time_machine_drives_the_wall_clock(run):
    result = run("""
def test_client(taskmock):
    import time_machine
    with time_machine.travel("2024-05-01 00:00:00+0000", tick=False) as traveller:
        task = taskmock.play(COPY)
        seen = [state(task.url)]
        traveller.shift(3600)
        seen.append(state(task.url))
    assert seen == ["CREATED", "FAILED"]
""")

    result.assert_outcomes(passed=1)


def test_refused_command_shows_the_tests_own_line(run):
    result = run("""
def test_client(taskmock):
    taskmock.play(COPY).commands.retry("A")
""")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">*taskmock.play(COPY).commands.retry(*"])
    result.stdout.no_fnmatch_line("*self._give(*")
    result.stdout.no_fnmatch_line("*operations.py*")
