"""pytest fixtures for tests of a client: a mock server, and a session of it for each test.

Only pytest is imported here; the server is loaded when the first test asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from taskmock.contracts.findings.foreign_text import harmless
from taskmock.contracts.pytest_plugin.options import TARGET, Option, add_options, chosen, chosen_files, refusal
from taskmock.contracts.pytest_plugin.run import RUN, Run
from taskmock.contracts.pytest_plugin.terms import shown

if TYPE_CHECKING:
    from taskmock.mockserver.core.scenario import Scenario
    from taskmock.mockserver.scenarios.catalog import Catalog
    from taskmock.mockserver.server.mock_server import MockServer, ServerSession
    from taskmock.mockserver.sessions.journal import JournalEntry
    from taskmock.mockserver.sessions.polling import Polling
    from taskmock.mockserver.sessions.task import Task


MARKER = (
    "taskmock(scenario=None, clock=None, tags=()): what the `taskmock` fixture plays by default: a scenario's name "
    "or file, a list of them or '*' (the test runs once for each), tags that scenarios must have; and what moves "
    "its tasks: wall, polls, manual or instant."
)


ALL = "*"
"""Stands for every scenario that there is."""


_KEYS = ("scenario", "clock", "tags")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a marked test once for each scenario of a list, of `*`, or of its tags.

    Raises:
        pytest.Collector.CollectError: The marker asks for what cannot be.
    """
    marker = metafunc.definition.get_closest_marker("taskmock")
    if marker is None or "taskmock" not in metafunc.fixturenames:
        return
    _check(metafunc, marker)
    scenario, tags = marker.kwargs.get("scenario"), _tags(metafunc, marker.kwargs.get("tags", ()))
    if isinstance(scenario, list | tuple):
        found: Sequence[str | Path | Scenario] = scenario
    elif scenario == ALL or tags:
        found = _tagged(metafunc, tags)
    else:
        return
    metafunc.parametrize("taskmock", found, indirect=True, ids=[_id(one) for one in found])


def _check(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    if marker.args:
        _refuse(metafunc, f"takes no positional argument; write scenario={marker.args[0]!r}")
    unknown = sorted(set(marker.kwargs) - set(_KEYS))
    if unknown:
        _refuse(metafunc, f"unknown {', '.join(unknown)}; allowed: {', '.join(_KEYS)}")
    clock, scenario = marker.kwargs.get("clock"), marker.kwargs.get("scenario")
    if clock is not None:
        from taskmock.mockserver.core.task_time import ClockMode

        if clock not in list(ClockMode):
            _refuse(metafunc, f"unknown clock {clock!r}; allowed: {', '.join(ClockMode)}")
    if isinstance(scenario, list | tuple) and not scenario:
        _refuse(metafunc, "an empty list of scenarios")
    if marker.kwargs.get("tags") and scenario is not None and scenario != ALL:
        _refuse(metafunc, "tags choose among all scenarios, so scenario can only be '*' beside them")


def _tags(metafunc: pytest.Metafunc, tags: object) -> frozenset[str]:
    listed = [tags] if isinstance(tags, str) else tags
    if not isinstance(listed, list | tuple | set | frozenset) or not all(isinstance(tag, str) for tag in listed):
        _refuse(metafunc, f"tags are a text or a list of texts, not {tags!r}")
    return frozenset(listed)


def _tagged(metafunc: pytest.Metafunc, tags: frozenset[str]) -> list[str]:
    try:
        scenarios = list(_catalog(metafunc.config))
    except ValueError as error:
        _refuse(metafunc, f"a scenario is broken:\n{error}")
    names = [scenario.name for scenario in scenarios if tags <= set(scenario.tags)]
    if not names:
        known = sorted({tag for scenario in scenarios for tag in scenario.tags})
        said = f"with the tags {', '.join(sorted(tags))}; there are the tags {', '.join(known) or 'none'}"
        _refuse(metafunc, f"there is no scenario {said if tags else 'at all'}")
    return names


def _id(scenario: str | Path | Scenario) -> str:
    return Path(scenario).stem if isinstance(scenario, str | Path) else scenario.name


def _refuse(metafunc: pytest.Metafunc, text: str) -> NoReturn:
    raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: @pytest.mark.taskmock: {text}")


SERVER = Option("server", "URL", "use this running mock server instead of starting one")
SEED = Option("seed", "SEED", "what all trees are drawn from (default: 0)")
SCENARIOS = Option("scenarios", "DIR", "a folder of scenario files", "paths")


_CATALOG: pytest.StashKey[Catalog] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options and their ini twins."""
    add_options(parser, [TARGET, SERVER, SEED, SCENARIOS])


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known, so that `--strict-markers` takes it, and checks the folders of scenarios and the URLs.

    Raises:
        pytest.UsageError: A folder is not there, or a URL is none.
    """
    config.addinivalue_line("markers", MARKER)
    for folder in _folders(config):
        if not folder.is_dir():
            raise refusal(config, SCENARIOS, harmless(f"there is no folder {shown(config, folder)}"))
    for option in (TARGET, SERVER):
        url = chosen(config, option)
        if url is not None and not re.match(r"https?://[^/?#]", url, re.IGNORECASE):
            wrong = f"{url!r} is no URL that begins with http:// or https:// and a host"
            raise refusal(config, option, harmless(wrong))


def _folders(config: pytest.Config) -> tuple[Path, ...]:
    return chosen_files(config, SCENARIOS)


def _catalog(config: pytest.Config) -> Catalog:
    from taskmock.mockserver.scenarios.catalog import Catalog

    if _CATALOG not in config.stash:
        config.stash[_CATALOG] = Catalog(_folders(config))
    return config.stash[_CATALOG]


class TaskmockSession:
    """What a test gets: `url` to point its client at, `play` for a task, `requests` for what the client did."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session
        self.url = session.url
        self.app = session.app

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task that plays a scenario; None plays what the marker says, else a generated task.

        Raises:
            ScenarioNotFoundError, ScenarioError: The scenario is not there, or its file is broken.
            ValueError: The scenario plays for other task ids.
        """
        __tracebackhide__ = True
        try:
            return self._session.play(scenario, task_id)
        except (LookupError, ValueError) as error:
            # The traceback then ends at the test's own line, where the mistake is.
            raise error.with_traceback(None) from None

    def set_speed(self, speed: float) -> None:
        """Lets all tasks of this test go so many times as fast as time, the open ones from where they are."""
        self._session.set_speed(speed)

    def requests(
        self,
        task_id: str | None = None,
        *,
        call: str | None = None,
        node: str | None = None,
        body: str | Mapping[str, Any] | None = None,
    ) -> Sequence[JournalEntry]:
        """The calls of this test, the oldest first: all, or those that fit (see `Session.requests`)."""
        return self._session.requests(task_id, call=call, node=node, body=body)

    def wait_for_requests(
        self,
        count: int = 1,
        *,
        task_id: str | None = None,
        within: float = 10,
        call: str | None = None,
        node: str | None = None,
        body: str | Mapping[str, Any] | None = None,
    ) -> Sequence[JournalEntry]:
        """The calls of this test, all or those that fit, as soon as there are `count`.

        Raises:
            TimeoutError: There were fewer `within` so many seconds.
        """
        return self._session.wait_for_requests(count, task_id=task_id, within=within, call=call, node=node, body=body)

    async def wait_for_requests_async(
        self,
        count: int = 1,
        *,
        within: float = 10,
        **which: Any,  # noqa: ANN401  # what `wait_for_requests` takes
    ) -> Sequence[JournalEntry]:
        """The same while the test's event loop goes on."""
        return await self._session.wait_for_requests_async(count, within=within, **which)

    def assert_polled(
        self,
        task: Task | str,
        *,
        at_least: int = 1,
        at_most: int | None = None,
        interval: tuple[float, float] | None = None,
    ) -> Polling:
        """Asserts how often a task (or the one of an id) was polled, and that all intervals, in s, lie in a range.

        Intervals are those of the mock's clock.
        """
        __tracebackhide__ = True
        from taskmock.mockserver.sessions.polling import check_polling
        from taskmock.mockserver.sessions.task import Task
        from taskmock.schemas.argument import demand

        demand("assert_polled(task)", task, str | Task, "a task, or its id as text")
        task_id = task if isinstance(task, str) else task.id
        polling = self._session.polling(task_id)
        check_polling(polling, f"task {task_id}", at_least=at_least, at_most=at_most, interval=interval)
        return polling


class TaskmockTarget:
    """The same for a server that is not of this run: there is a `url`; a test that needs more is skipped."""

    def __init__(self, url: str, *, option: str) -> None:
        self.url = url
        self._option = option

    def __getattr__(self, name: str) -> NoReturn:
        """Skips the test at anything else that a session has."""
        if name != "app" and not hasattr(TaskmockSession, name):
            raise AttributeError(f"a taskmock target has no attribute {name!r}")
        self.skip(f"uses taskmock.{name}")

    def skip(self, use: str) -> NoReturn:
        """Skips the test, with what it needs as the reason."""
        pytest.skip(f"the test {use}, and {self._option} names a server that is not of this run")


def _target(config: pytest.Config) -> TaskmockTarget | None:
    """The server that an option names: a real one, or a mock, where each test gets a session of its own."""
    target, server = chosen(config, TARGET), chosen(config, SERVER)
    if target is not None:
        return TaskmockTarget(target.rstrip("/"), option="--taskmock-target")
    if server is not None:
        import secrets

        return TaskmockTarget(f"{server.rstrip('/')}/__s/s-{secrets.token_hex(8)}", option="--taskmock-server")
    return None


@pytest.fixture(scope="session")
def taskmock_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """A mock server for the whole run, on a free port of this machine."""
    from taskmock.mockserver.server.mock_server import MockServer
    from taskmock.mockserver.server.settings import Settings

    run = pytestconfig.stash.get(RUN, Run())  # where the contract's plugin is blocked
    edition = run.overlay.extends if run.overlay else run.edition
    settings = Settings(
        seed=chosen(pytestconfig, SEED) or "0",
        edition=edition if edition != "auto" else None,
        scenarios=_folders(pytestconfig),
    )
    with MockServer(settings=settings) as server:
        yield server


@pytest.fixture
def taskmock(request: pytest.FixtureRequest) -> Iterator[TaskmockSession | TaskmockTarget]:
    """A session of the mock server that no other test sees; or the server that `--taskmock-target` names."""
    marker, target = request.node.get_closest_marker("taskmock"), _target(request.config)
    named = marker.kwargs if marker else {}
    scenario, clock = getattr(request, "param", named.get("scenario")), named.get("clock")
    if target is not None:
        if scenario is not None or clock is not None:
            target.skip("plays a scenario")
        yield target
        return
    server: MockServer = request.getfixturevalue("taskmock_server")
    session = server.session()
    try:
        session.settle(scenario=scenario, clock=clock)
    except (LookupError, ValueError) as error:
        pytest.fail(harmless(f"@pytest.mark.taskmock: {error}"), pytrace=False)
    yield TaskmockSession(session)
    session.forget()
