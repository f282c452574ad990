"""From pytest's options to what a run of the shipped suite is about; every mistake is one clear line."""

from __future__ import annotations

import dataclasses
import importlib
import math
from collections.abc import Iterator
from types import ModuleType

import pytest

from taskmock.contracts.pytest_plugin import options as options
from taskmock.contracts.pytest_plugin.options import OPERATION, PROBES, SUITE, is_chosen
from taskmock.contracts.pytest_plugin.run import RUN
from taskmock.contracts.suite.evidence import Deployment
from taskmock.contracts.verify.answers import Question
from taskmock.contracts.verify.credentials import ParameterError, credentials_from_environment, parameter_of
from taskmock.contracts.verify.gateway import ACCESS, STAGED
from taskmock.contracts.verify.plan import INTERVAL, Plan
from taskmock.contracts.verify.relations import reading_operations
from taskmock.contracts.verify.target import Target, base_url, is_on_this_machine
from taskmock.contracts.verify.transport.exchange import Call
from taskmock.contracts.verify.transport.request import CONNECT_SECONDS, UnreachableError
from taskmock.schemas import chosen

DEPLOYMENT: pytest.StashKey[Deployment] = pytest.StashKey()
"""What a run of the suite is about, with its configuration."""

ALL = "all"
"""Stands for every call that only reads."""


POLLS = 3
"""How often each task is asked for, by default: a course takes more than one answer."""


NEVER_EMPTY = (options.BK_BIZ_ID, options.GATEWAY, options.STAGE, options.POLLS, options.INTERVAL)
"""Options that a job may set from an empty variable: the suite would then ask for something else than was meant."""


def deployment_of(config: pytest.Config) -> Deployment:
    """The server that a run of the suite asks, and its questions.

    Raises:
        pytest.UsageError: Something is missing, or cannot be.
    """
    for option in NEVER_EMPTY:
        if config.getoption(option.flag) == "":
            raise pytest.UsageError(f"{option.flag} is empty: leave it out, or say what it is")
    return Deployment(
        _target(config),
        _questions(config),
        _plan(config),
        config.stash[RUN].contract(),
        _operations(config),
        probes=options.is_chosen(config, options.PROBES),
    )


def reach(target: Target) -> None:
    """Checks that the server is there; asks for no task, so that a mock whose polls move its tasks does not count it.

    Raises:
        UnreachableError: No connection can be made.
    """
    dataclasses.replace(target, timeout=CONNECT_SECONDS).client().ask(Call("welcome", "GET", f"{target.url}/"))


def _target(config: pytest.Config) -> Target:
    given = options.chosen(config, options.TARGET)
    if given is None:
        raise _missing(options.TARGET)
    gateway, stage = options.chosen(config, options.GATEWAY) or "esb", options.chosen(config, options.STAGE)
    try:
        access = ACCESS[chosen("gateway", gateway, tuple(ACCESS))]
    except ValueError as error:
        raise options.refusal(config, options.GATEWAY, error) from None
    if stage is not None and not access.has_stages:
        needed = f"{options.named(config, options.STAGE)} needs {options.GATEWAY.flag} {' or '.join(STAGED)}"
        raise pytest.UsageError(f"{needed}: no other gateway has stages")
    try:
        url = base_url(given)
        credentials = credentials_from_environment(is_local=is_on_this_machine(url))
        return Target(url, gateway=gateway, stage=stage or "prod", credentials=credentials)
    except ValueError as error:
        raise options.refusal(config, options.TARGET, error) from None


def _questions(config: pytest.Config) -> tuple[Question, ...]:
    tasks = dict.fromkeys(options.chosen_texts(config, options.TASK_ID))
    if not tasks or "" in tasks:
        raise _missing(options.TASK_ID)
    parameters = {"bk_biz_id": options.chosen(config, options.BK_BIZ_ID) or "2"}
    try:
        given = [parameter_of(text, prefix="--taskmock-") for text in options.chosen_texts(config, options.PARAMETER)]
    except ParameterError as error:
        raise pytest.UsageError(f"{options.named(config, options.PARAMETER)} {error}") from None
    return tuple(Question(task, parameters | dict(given)) for task in tasks)


def _plan(config: pytest.Config) -> Plan:
    polls, interval = _number(config, options.POLLS, POLLS), _number(config, options.INTERVAL, INTERVAL)
    try:
        return Plan(math.ceil(polls), interval=interval)
    except ValueError as error:
        wrong = options.POLLS if str(error).startswith(options.POLLS.name) else options.INTERVAL
        told = str(error).removeprefix(f"{wrong.name} ")
        raise pytest.UsageError(f"{options.named(config, wrong)} {told}") from None


def _operations(config: pytest.Config) -> tuple[str, ...]:
    asked, known = options.chosen_texts(config, options.OPERATION), reading_operations()
    try:
        named = {chosen("operation", name, (ALL, *known)) for name in asked}
    except ValueError as error:
        raise options.refusal(config, options.OPERATION, error) from None
    return tuple(name for name in known if named & {name, ALL})


def _missing(option: options.Option) -> pytest.UsageError:
    return pytest.UsageError(f"the suite needs {option.flag} {option.metavar}")


def _number(config: pytest.Config, option: options.Option, default: float) -> float:
    said = options.chosen(config, option) or str(default)
    try:
        number = float(said)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise options.refusal(config, option, f"{said!r} is no number")
    return number


MODULES = ("test_answers", "test_documents", "test_course", "test_calls", "test_probes")
"""The modules in the order of a specification."""


OPTIONAL = {"test_calls": OPERATION, "test_probes": PROBES}
"""The modules that run only where an option asks for them."""


class SuiteFolder(pytest.Directory):
    """The folder of the suite."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yields its modules.

        Raises:
            CollectError: It was not asked for by its name.
        """
        if DEPLOYMENT not in self.config.stash:
            raise self.CollectError(f"the suite is asked for by its name: pytest --pyargs {SUITE}")
        for name in modules_of(self.config):
            yield SuiteModule.from_parent(self, path=self.path / f"{name}.py", nodeid=f"{SUITE}.{name}")


class SuiteModule(pytest.Module):
    """One module of the suite, whose functions are found whatever names pytest is set to look for."""

    def _getobj(self) -> ModuleType:
        return importlib.import_module(f"{SUITE}.{self.path.stem}")

    def funcnamefilter(self, name: str) -> bool:
        """Whether a function is a test."""
        return name.startswith("test_")


def modules_of(config: pytest.Config) -> list[str]:
    """The modules that a run of the suite has."""
    return [name for name in MODULES if name not in OPTIONAL or is_chosen(config, OPTIONAL[name])]


def prepare(config: pytest.Config) -> None:
    """Stores the deployment of a run of the suite, and checks that it can be reached.

    Raises:
        pytest.UsageError: The deployment is not described as it must be, or cannot be reached.
    """
    for name in OPTIONAL.keys() - modules_of(config):
        if any(argument.partition("::")[0] == f"{SUITE}.{name}" for argument in config.args):
            raise pytest.UsageError(f"{SUITE}.{name} needs {OPTIONAL[name].flag} {OPTIONAL[name].metavar}".rstrip())
    deployment = config.stash[DEPLOYMENT] = deployment_of(config)
    is_worker = hasattr(config, "workerinput")  # of pytest-xdist: its controller has checked
    if not (is_worker or config.getoption("collectonly")):
        try:
            reach(deployment.target)
        except UnreachableError as error:
            raise options.refusal(config, options.TARGET, error) from None
    config.pluginmanager.register(importlib.import_module(f"{SUITE}.fixtures"), "taskmock_suite")
