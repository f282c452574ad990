"""pytest fixture for judging answers, mocked or real; a failing check prints the report and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from taskmock.contracts.report import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options and their ini twins."""
    group = parser.getgroup("taskmock", "taskmock: mock task-status APIs")
    group.addoption("--taskmock-edition", metavar="EDITION", help="auto (default), doc-2019, v1 or v2")
    group.addoption("--taskmock-strictness", metavar="LEVEL", help="lenient, documented (default) or strict")
    parser.addini("taskmock_edition", "auto (default), doc-2019, v1 or v2")
    parser.addini("taskmock_strictness", "lenient, documented (default) or strict")


class ContractCheck:
    """Judges what a test hands it."""

    def __init__(self, edition: str, strictness: str) -> None:
        self.edition = edition
        self.strictness = strictness

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


@pytest.fixture
def taskmock_contract(pytestconfig: pytest.Config) -> ContractCheck:
    """The contract of the edition that `--taskmock-edition` names, else of the one that an answer looks like."""
    from taskmock.contracts.contract import Contract

    edition = pytestconfig.getoption("--taskmock-edition") or pytestconfig.getini("taskmock_edition") or "auto"
    strictness = (
        pytestconfig.getoption("--taskmock-strictness") or pytestconfig.getini("taskmock_strictness") or "documented"
    )
    try:
        Contract(edition, strictness=strictness)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    return ContractCheck(edition, strictness)
