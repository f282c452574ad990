"""pytest fixtures for tests of a client: a mock server, and a session of it for each test.

Only pytest is imported here; the server is loaded when the first test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from taskmock.mockserver.play import Task
    from taskmock.mockserver.scenario import Scenario
    from taskmock.mockserver.server import MockServer, ServerSession
    from taskmock.mockserver.shelf import Shelf

_MARKER = (
    "taskmock(scenario=None, clock=None, tags=()): what the `taskmock` fixture plays by default: a scenario's name "
    "or file, a list of them or '*' (the test runs once for each), tags that scenarios must have; and what moves "
    "its tasks: wall, polls, manual or instant."
)
_MARKER_KEYS = {"scenario", "clock", "tags"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options and their ini twins."""
    group = parser.getgroup("taskmock", "taskmock: mock task-status APIs")
    group.addoption("--taskmock-target", metavar="URL", help="judge this real server: tests that play are skipped")
    group.addoption("--taskmock-server", metavar="URL", help="use this running mock server instead of starting one")
    group.addoption("--taskmock-seed", metavar="SEED", help="what all trees are drawn from (default: 0)")
    group.addoption("--taskmock-scenarios", metavar="DIR", help="a folder of scenario files")
    parser.addini("taskmock_target", "judge this real server: tests that play are skipped")
    parser.addini("taskmock_server", "use this running mock server instead of starting one")
    parser.addini("taskmock_seed", "what all trees are drawn from")
    parser.addini("taskmock_scenarios", "a folder of scenario files", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known, so that `--strict-markers` takes it."""
    config.addinivalue_line("markers", _MARKER)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a marked test once for each scenario of a list, of `*`, or of its tags."""
    marker = metafunc.definition.get_closest_marker("taskmock")
    if marker is None or "taskmock" not in metafunc.fixturenames:
        return
    unknown = sorted(set(marker.kwargs) - _MARKER_KEYS)
    if unknown or marker.args:
        _refuse(metafunc, f"unknown {', '.join(unknown) or 'positional arguments'}; allowed: {_MARKER}")
    names = _names(metafunc, marker.kwargs.get("scenario"), marker.kwargs.get("tags", ()))
    if names is not None:
        metafunc.parametrize("taskmock", names, indirect=True, ids=[Path(name).stem for name in names])


def _names(metafunc: pytest.Metafunc, scenario: object, tags: Sequence[str]) -> list[str] | None:
    if isinstance(scenario, (list, tuple)):
        return [str(name) for name in scenario]
    if scenario != "*" and not tags:
        return None
    wanted = set([tags] if isinstance(tags, str) else tags)
    shelf = _shelf(metafunc.config)
    names = [found.name for found in shelf if wanted <= set(found.tags)]
    if not names:
        said = f"with the tags {', '.join(sorted(wanted))}" if wanted else "at all"
        _refuse(metafunc, f"there is no scenario {said}")
    return names


def _refuse(metafunc: pytest.Metafunc, text: str) -> NoReturn:
    raise pytest.UsageError(f"{metafunc.definition.nodeid}: @pytest.mark.taskmock: {text}")


def _option(config: pytest.Config, name: str) -> str | None:
    value = config.getoption(f"--taskmock-{name}") or config.getini(f"taskmock_{name}")
    return str(value) if value else None


def _folders(config: pytest.Config) -> tuple[Path, ...]:
    option = config.getoption("--taskmock-scenarios")
    return (Path(option),) if option else tuple(config.getini("taskmock_scenarios"))


def _shelf(config: pytest.Config) -> Shelf:
    from taskmock.mockserver.shelf import Shelf

    return Shelf(_folders(config))


class TaskmockSession:
    """What a test gets: `url` to point its client at, `play` for a task, `requests` for what the client did."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session
        self.url = session.url
        self.app = session.app

    def play(self, scenario: str | Path | Scenario | None = None, task_id: str | None = None) -> Task:
        """Opens a task that plays a scenario; None plays what the marker says, else a generated task."""
        return self._session.play(scenario, task_id)

    def requests(self, task_id: str | None = None) -> Sequence[object]:
        """The calls of this test, or to one of its tasks, the oldest first."""
        return self._session.requests(task_id)


class TaskmockTarget:
    """The same for a real server: there is a `url`, and nothing that could be played."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def play(self, *_args: object, **_named: object) -> NoReturn:
        """Skips the test: nobody can make a real server play a scenario."""
        pytest.skip("plays a scenario, and --taskmock-target judges a real server")

    def requests(self, *_args: object) -> NoReturn:
        """Skips the test: a real server does not tell who called."""
        pytest.skip("reads the mock's journal, and --taskmock-target judges a real server")

    @property
    def app(self) -> NoReturn:
        """Skips the test: a real server is no WSGI application of ours."""
        pytest.skip("uses the mock in process, and --taskmock-target judges a real server")


@pytest.fixture(scope="session")
def taskmock_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """A mock server for the whole run, on a free port of this machine."""
    from taskmock.mockserver.server import MockServer, Settings

    edition = pytestconfig.getoption("--taskmock-edition") or pytestconfig.getini("taskmock_edition")
    settings = Settings(
        seed=_option(pytestconfig, "seed") or "0",
        edition=edition if edition and edition != "auto" else None,
        scenarios=_folders(pytestconfig),
    )
    with MockServer(settings=settings) as server:
        yield server


@pytest.fixture
def taskmock(request: pytest.FixtureRequest) -> Iterator[TaskmockSession | TaskmockTarget]:
    """A session of the mock server that no other test sees; or the real server that `--taskmock-target` names."""
    marker = request.node.get_closest_marker("taskmock")
    named = marker.kwargs if marker else {}
    scenario = getattr(request, "param", named.get("scenario"))
    target = _option(request.config, "target") or _option(request.config, "server")
    if target is not None:
        if scenario is not None or "clock" in named:
            pytest.skip(f"plays a scenario, and {target} is not a mock of this run")
        yield TaskmockTarget(target)
        return
    server: MockServer = request.getfixturevalue("taskmock_server")
    session = server.session()
    session.settle(scenario=scenario, clock=named.get("clock"))
    yield TaskmockSession(session)
    session.forget()
