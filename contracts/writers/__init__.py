"""Reports written out: one finding is the same finding in every format.

Each format has a module of its own, imported on first use, so that a run pays for the one it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from taskmock.schemas import chosen, lazy_exports

if TYPE_CHECKING:
    import datetime as dt

    from taskmock.contracts.findings.report import Report
    from taskmock.contracts.writers.ctrf import ctrf_report
    from taskmock.contracts.writers.document import FORMAT, json_report, report_document
    from taskmock.contracts.writers.github import github_report
    from taskmock.contracts.writers.gitlab import gitlab_report
    from taskmock.contracts.writers.junit import junit_report
    from taskmock.contracts.writers.markdown import comment_report, markdown_report
    from taskmock.contracts.writers.page import html_report
    from taskmock.contracts.writers.plain import text_report, text_reports, text_summary
    from taskmock.contracts.writers.sarif import sarif_report

__all__ = [
    "ENDINGS",
    "FORMAT",
    "FORMATS",
    "comment_report",
    "ctrf_report",
    "github_report",
    "gitlab_report",
    "html_report",
    "json_report",
    "junit_report",
    "markdown_report",
    "report_document",
    "sarif_report",
    "text_report",
    "text_reports",
    "text_summary",
    "told_format",
    "written_report",
]

WRITERS = {
    "text": "text_reports",
    "json": "json_report",
    "junit": "junit_report",
    "markdown": "markdown_report",
    "comment": "comment_report",
    "github": "github_report",
    "gitlab": "gitlab_report",
    "sarif": "sarif_report",
    "ctrf": "ctrf_report",
    "html": "html_report",
}
"""The function that writes each format."""

FORMATS = tuple(WRITERS)
"""Every format that a report can be written in; the first one is for terminals."""

ENDINGS = {
    ".gitlab.json": "gitlab",
    ".sarif.json": "sarif",
    ".ctrf.json": "ctrf",
    ".sarif": "sarif",
    ".github.txt": "github",
    ".txt": "text",
    ".json": "json",
    ".xml": "junit",
    ".comment.md": "comment",
    ".md": "markdown",
    ".html": "html",
}
"""The format for each ending of a file's name; the first that fits counts."""

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "ctrf": ("ctrf_report",),
        "document": ("FORMAT", "json_report", "report_document"),
        "github": ("github_report",),
        "gitlab": ("gitlab_report",),
        "junit": ("junit_report",),
        "markdown": ("comment_report", "markdown_report"),
        "page": ("html_report",),
        "plain": ("text_report", "text_reports", "text_summary"),
        "sarif": ("sarif_report",),
    },
)


def told_format(name: str) -> str | None:
    """The format of a file by the ending of its name; None for an unknown ending."""
    return next((form for ending, form in ENDINGS.items() if name.lower().endswith(ending)), None)


def written_report(
    form: str,
    reports: Sequence[tuple[str, Report]],
    *,
    bodies: Sequence[object] = (),
    moment: dt.datetime | None = None,
    every: bool = False,
) -> str:
    """Reports, each with its source, written in one of `FORMATS`, without a line end.

    `bodies` are the judged answers in the same order, where known (the page draws their trees); `moment` is when they
    were judged (JUnit and CTRF want to know); `every` shows what follows from another finding, too (JSON always has
    it).

    Raises: ValueError for an unknown format, with those there are.
    """
    more: dict[str, dict[str, object]] = {
        "html": {"bodies": bodies},
        "junit": {"moment": moment},
        "ctrf": {"moment": moment},
    }
    write = cast("Callable[..., str]", __getattr__(WRITERS[chosen("format", form, FORMATS)]))
    return write(reports, **({} if form == "json" else {"every": every}), **more.get(form, {}))
