"""pytest fixture for judging answers, mocked or real; a failing check prints the report and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskmock.contracts.history import History
    from taskmock.contracts.report import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options and their ini twins."""
    group = parser.getgroup("taskmock", "taskmock: mock task-status APIs")
    group.addoption("--taskmock-edition", metavar="EDITION", help="auto (default), doc-2019, v1 or v2")
    group.addoption("--taskmock-strictness", metavar="LEVEL", help="lenient, documented (default) or strict")
    parser.addini("taskmock_edition", "auto (default), doc-2019, v1 or v2")
    parser.addini("taskmock_strictness", "lenient, documented (default) or strict")


def pytest_configure(config: pytest.Config) -> None:
    """Checks the edition and the strictness where somebody has chosen one.

    Raises:
        pytest.UsageError: There is no such edition or strictness.
    """
    edition, strictness = _chosen(config)
    if (edition, strictness) == ("auto", "documented"):
        return  # what most runs say needs no import
    from taskmock.contracts.contract import Contract

    for option, chosen in {"edition": {"edition": edition}, "strictness": {"strictness": strictness}}.items():
        try:
            Contract(**chosen)
        except ValueError as error:
            raise pytest.UsageError(f"--taskmock-{option}: {error}") from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judges the histories that a test collected, when it has otherwise passed."""
    result = yield
    check = getattr(item, "funcargs", {}).get("taskmock_contract")
    if isinstance(check, ContractCheck):
        check.check_histories()
    return result


class ContractCheck:
    """Judges what a test hands it."""

    def __init__(self, edition: str, strictness: str) -> None:
        self.edition = edition
        self.strictness = strictness
        self._histories: list[History] = []

    def check(self, body: object, *, edition: str | None = None, strictness: str | None = None) -> Report:
        """Fails the test unless an answer keeps its contract; gives the report where it does.

        `body` is decoded JSON, its text or bytes, or a response of requests or httpx.
        """
        __tracebackhide__ = True
        from taskmock.contracts.contract import Contract
        from taskmock.contracts.writers import text_report

        contract = Contract(edition or self.edition, strictness=strictness or self.strictness)
        report = contract.check_response(getattr(body, "content", body))
        if not report.ok:
            pytest.fail(text_report(report), pytrace=False)
        return report

    def history(self, *, edition: str | None = None, strictness: str | None = None) -> History:
        """A history to `add` the answers of one task to as they are polled; the end of the test judges them."""
        from taskmock.contracts.contract import Contract
        from taskmock.contracts.history import History

        history = History(Contract(edition or self.edition, strictness=strictness or self.strictness))
        self._histories.append(history)
        return history

    def check_histories(self) -> None:
        """Fails the test unless every history that it collected keeps the contract."""
        __tracebackhide__ = True
        reports = [history.report() for history in self._histories]
        broken = [report.text() for report in reports if not report.ok]
        if broken:
            pytest.fail("\n".join(broken), pytrace=False)


@pytest.fixture
def taskmock_contract(pytestconfig: pytest.Config) -> ContractCheck:
    """The contract of the edition that `--taskmock-edition` names, else of the one that an answer looks like."""
    return ContractCheck(*_chosen(pytestconfig))


def _chosen(config: pytest.Config) -> tuple[str, str]:
    """The edition and the strictness of this run."""
    edition = config.getoption("--taskmock-edition") or config.getini("taskmock_edition")
    strictness = config.getoption("--taskmock-strictness") or config.getini("taskmock_strictness")
    return edition or "auto", strictness or "documented"
