"""pytest plugin that judges answers, mocked, real or recorded; a failing check prints the report and nothing else.

Only pytest is imported here, and so by the modules that this one imports.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

from taskmock.contracts.pytest_plugin import options as options
from taskmock.contracts.pytest_plugin.check import ContractCheck
from taskmock.contracts.pytest_plugin.run import JUDGED, RUN, BrokenContractError
from taskmock.contracts.pytest_plugin.terms import is_suite_wanted, run_of, samples_of

CHECK: pytest.StashKey[ContractCheck] = pytest.StashKey()
UNTOLD: pytest.StashKey[str] = pytest.StashKey()
"""Findings of a test that failed by something else."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options and their ini twins."""
    options.add_options(parser, options.OPTIONS)


def pytest_configure(config: pytest.Config) -> None:
    """Settles by what this run judges, and starts what it asks for.

    Raises:
        pytest.UsageError: An option asks for what cannot be.
    """
    run = config.stash[RUN] = run_of(config)
    is_worker = hasattr(config, "workerinput")  # of pytest-xdist: the process that started it reports
    if run.keeps_verdicts and not is_worker:
        from taskmock.contracts.pytest_plugin.report import RunReport

        reporting = RunReport(run, is_redacted=options.is_chosen(config, options.REDACT))
        config.pluginmanager.register(reporting, "taskmock_report")
    if is_suite_wanted(config) and not config.getoption("help"):
        from taskmock.contracts.suite.deployment import prepare

        prepare(config)
    samples = samples_of(config)
    if samples is not None:
        config.pluginmanager.register(samples, "taskmock_samples")


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Keeps pytest from importing this package and the suite by names that a user's own folders may have."""
    here = Path(__file__).parent
    if path.name not in {here.name, "suite"} or not here.is_dir():
        return None
    if path.samefile(here):
        return pytest.Dir.from_parent(parent, path=path)
    if path.parent.samefile(here):
        from taskmock.contracts.suite.deployment import SuiteFolder

        return SuiteFolder.from_parent(parent, path=path, nodeid=options.SUITE)
    return None


def pytest_report_header(config: pytest.Config) -> str | None:
    """One line with the terms of a run that has any of its own."""
    told = (options.EDITION, options.STRICTNESS, options.TARGET)
    given = [f"{option.name} {value}" for option in told if (value := options.chosen(config, option))]
    # A user and a password may stand before the host of a URL.
    return f"taskmock: {re.sub('//[^/@]*@', '//', ', '.join(given))}" if given else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fails a test that has otherwise passed by what it judged softly, and by the histories that it collected."""
    if CHECK in item.stash and _is_of_unittest(item):
        # unittest keeps what its test raises to itself: only inside the test can its expectedFailure expect findings.
        _tell_inside(item)
        return (yield)
    with _telling(item):
        return (yield)


def _is_of_unittest(item: pytest.Item) -> TypeGuard[pytest.Function]:
    unittest = sys.modules.get("unittest")  # where no test is one, it is not loaded for this
    return unittest is not None and isinstance(item, pytest.Function) and isinstance(item.instance, unittest.TestCase)


def _tell_inside(item: pytest.Function) -> None:
    """Makes the method that unittest calls tell of the findings itself."""
    test = item.obj
    if inspect.iscoroutinefunction(test):

        @functools.wraps(test)
        async def telling_later(*args: object) -> object:
            with _telling(item):
                return await test(*args)

        setattr(item.instance, item.name, telling_later)
        return

    @functools.wraps(test)
    def telling(*args: object) -> object:
        with _telling(item):
            return test(*args)

    item.obj = telling


@contextlib.contextmanager
def _telling(item: pytest.Item) -> Iterator[None]:
    """Fails a test by its findings at the end of the block; where something else ends it, that goes first."""
    try:
        yield
    except BaseException as error:
        if CHECK in item.stash:
            check = item.stash[CHECK]
            if isinstance(error, (Exception, pytest.fail.Exception)) and type(error).__name__ != "SkipTest":
                item.stash[UNTOLD] = item.config.stash[RUN].text(check.untold())
            else:  # skipped, or stopped: what such a test left undone says nothing
                check.forget()
        raise
    if CHECK in item.stash:  # a test may ask for it late
        item.stash[CHECK].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Names the codes where pytest sums up, shows below a failure what else was found, hands on what was judged."""
    report = yield
    failure, crash = call.excinfo and call.excinfo.value, getattr(report.longrepr, "reprcrash", None)
    if isinstance(failure, BrokenContractError) and crash is not None:
        crash.message = f"{failure.codes}: {failure}"
    untold = item.stash.get(UNTOLD, "")
    if untold:
        report.sections.append(("taskmock findings", untold))
        del item.stash[UNTOLD]
    if item.stash.get(JUDGED, None):
        from taskmock.contracts.pytest_plugin.record import hand_on

        hand_on(item, report)
    return report


@pytest.fixture
def taskmock_contract(request: pytest.FixtureRequest) -> Iterator[ContractCheck]:
    """The contract of the edition that `--taskmock-edition` names, else of the one that an answer looks like."""
    check = request.node.stash[CHECK] = ContractCheck(request.config.stash[RUN], request.node)
    yield check
    del request.node.stash[CHECK]
    check.close()  # by what fixtures judged after the test
