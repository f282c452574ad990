"""The options of pytest's plugins, each with an ini twin: `--taskmock-some-name` and `taskmock_some_name`.

Only pytest is imported here: every run of pytest loads this module.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pytest

GROUP = "taskmock"

SUITE = "taskmock.contracts.suite"
"""The name by which the shipped suite is asked for: `--pyargs taskmock.contracts.suite`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One option: its name without the prefix, its help, its type in the ini file, and whether it is repeatable."""

    name: str
    metavar: str
    help: str
    ini_type: Literal["string", "linelist", "paths", "bool"] = "string"
    repeatable: bool = False
    has_ini: bool = True

    @property
    def flag(self) -> str:
        """As it stands on the command line."""
        return f"--taskmock-{self.name}"

    @property
    def ini(self) -> str:
        """As it stands in pytest's ini file."""
        return f"taskmock_{self.name.replace('-', '_')}"


TARGET = Option("target", "URL", "judge this real server: tests that play are skipped, the suite asks it")
EDITION = Option("edition", "EDITION", "auto (default), doc-2019, v1, v2, or the file of an overlay")
STRICTNESS = Option("strictness", "LEVEL", "lenient, documented (default) or strict")
CLOCK_RULE = Option("clock-rule", "RULE", "whether elapsed_time must keep up with the polls' times: auto, on or off")
SAMPLES = Option(
    "samples", "DIR", "a folder of recorded answers: each file is a test; repeatable", "paths", repeatable=True
)
REPORT = Option(
    "report", "FILE", "write all verdicts to a file, in the format of its ending; repeatable", "paths", repeatable=True
)
REPORT_FORMAT = Option("report-format", "FORMAT", "the report's format, where the ending does not tell it")
REDACT = Option("redact-values", "", "blot values, names and ids in the report", "bool")
ALL = Option("all", "", "show what follows from another finding, too", "bool")
BASELINE = Option("baseline", "FILE", "accept the findings that a file lists", "paths")
UPDATE = Option("baseline-update", "", "write the baseline anew: accept every error found now", "bool", has_ini=False)
TASK_ID = Option("task-id", "ID", "suite: a task to ask for; repeatable", "linelist", repeatable=True)
BK_BIZ_ID = Option("bk-biz-id", "ID", "suite: the business that the tasks are of (default: 2)")
GATEWAY = Option("gateway", "NAME", "suite: the gateway to call: esb (default), esb-legacy or apigw")
STAGE = Option("stage", "NAME", "suite: the stage of the API gateway (default: prod)")
PARAMETER = Option(
    "param", "NAME=VALUE", "suite: a further parameter, such as with_ex_data=true", "linelist", repeatable=True
)
POLLS = Option("polls", "NUMBER", "suite: how often each task is asked for (default: 3)")
INTERVAL = Option("interval", "SECONDS", "suite: the time from one poll of a task to the next (default: 2)")
OPERATION = Option(
    "operation",
    "NAME",
    "suite: a further reading call about each task, or all; repeatable",
    "linelist",
    repeatable=True,
)
PROBES = Option("probes", "", "suite: make calls that ought to be refused, too", "bool")
SUITE_OPTIONS = (TASK_ID, BK_BIZ_ID, GATEWAY, STAGE, PARAMETER, POLLS, INTERVAL, OPERATION, PROBES)
"""What the shipped suite takes besides."""

OPTIONS = (
    TARGET,
    EDITION,
    STRICTNESS,
    CLOCK_RULE,
    SAMPLES,
    REPORT,
    REPORT_FORMAT,
    REDACT,
    ALL,
    BASELINE,
    UPDATE,
    *SUITE_OPTIONS,
)
"""What the contract's plugin takes."""


def add_options(parser: pytest.Parser, options: Iterable[Option]) -> None:
    """Adds options and their ini twins; one that another plugin has added already is left alone."""
    group = parser.getgroup(GROUP, "taskmock: mock task-status APIs")
    for option in options:
        try:
            if option.ini_type == "bool":
                group.addoption(option.flag, action="store_true", default=None, help=option.help)
            else:
                action = "append" if option.repeatable else "store"
                group.addoption(option.flag, action=action, metavar=option.metavar, help=option.help)
        except ValueError:
            continue
        if option.has_ini:
            parser.addini(option.ini, option.help, type=option.ini_type, default=None)


def chosen(config: pytest.Config, option: Option) -> str | None:
    """What the command line says, else the ini file; None where neither does."""
    value = _said(config, option)
    return str(value) if value else None


def is_chosen(config: pytest.Config, option: Option) -> bool:
    """Whether a flag is set."""
    return bool(_said(config, option))


def chosen_texts(config: pytest.Config, option: Option) -> tuple[str, ...]:
    """All texts that are given, in their order."""
    return tuple(map(str, _said(config, option) or ()))


def chosen_files(config: pytest.Config, option: Option) -> tuple[Path, ...]:
    """All files or folders: those of the command line lie where pytest was started, those of the ini file beside it."""
    if not on_command_line(config, option):
        return tuple(config.getini(option.ini) or ())
    named = config.getoption(option.flag)
    return tuple(config.invocation_params.dir / name for name in ([named] if isinstance(named, str) else named))


def chosen_file(config: pytest.Config, option: Option) -> Path | None:
    """The one file, found in the same way; None where none is named.

    Raises: pytest.UsageError where the ini file names several.
    """
    files = chosen_files(config, option)
    if len(files) > 1:
        raise pytest.UsageError(f"{option.ini}: {len(files)} names for one file: quote a name that has spaces")
    return files[0] if files else None


def on_command_line(config: pytest.Config, option: Option) -> bool:
    """Whether the command line names an option, so that the ini file does not count."""
    return bool(config.getoption(option.flag))


def named(config: pytest.Config, option: Option) -> str:
    """The name by which an option is said: its flag, or its ini key where the ini file alone says it."""
    is_of_ini = option.has_ini and not on_command_line(config, option) and bool(config.getini(option.ini))
    return option.ini if is_of_ini else option.flag


def refusal(config: pytest.Config, option: Option, wrong: object) -> pytest.UsageError:
    """The error of what an option says, which blames it by the name by which it is said."""
    return pytest.UsageError(f"{named(config, option)}: {wrong}")


def _said(config: pytest.Config, option: Option) -> Any:  # noqa: ANN401  # what pytest gives, by the kind of the option
    return config.getoption(option.flag) or (config.getini(option.ini) if option.has_ini else None)
