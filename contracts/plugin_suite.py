"""The shipped suite inside pytest: found by its name wherever it is installed.

pytest would import its modules as `contracts.suite`, for the package above has no `__init__.py`; in a repository with a
folder `contracts` of its own that is another package. Here they are what they are: `taskmock.contracts.suite`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest

from taskmock.contracts.plugin_deployment import deployment_of, reach
from taskmock.contracts.plugin_options import OPERATION, PROBES, SUITE, is_chosen
from taskmock.contracts.suite.fixtures import DEPLOYMENT

MODULES = ("test_answers", "test_documents", "test_course", "test_calls", "test_probes")
"""The modules in the order in which one reads a specification."""

OPTIONAL = {"test_calls": OPERATION, "test_probes": PROBES}
"""Those that are there only where somebody asks for them."""


class SuiteFolder(pytest.Directory):
    """The folder of the suite."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yields its modules.

        Raises:
            CollectError: Nobody has asked for it by its name.
        """
        if DEPLOYMENT not in self.config.stash:
            raise self.CollectError(f"the suite is asked for by its name: pytest --pyargs {SUITE}")
        for name in modules_of(self.config):
            yield SuiteModule.from_parent(self, path=self.path / f"{name}.py", nodeid=f"{SUITE}.{name}")


class SuiteModule(pytest.Module):
    """One module of the suite, whatever names pytest is told to look for."""

    def _getobj(self) -> ModuleType:
        return importlib.import_module(f"{SUITE}.{self.path.stem}")

    def funcnamefilter(self, name: str) -> bool:
        """Whether a function is a test."""
        return name.startswith("test_")


def modules_of(config: pytest.Config) -> list[str]:
    """The modules that a run of the suite has."""
    return [name for name in MODULES if name not in OPTIONAL or is_chosen(config, OPTIONAL[name])]


def prepare(config: pytest.Config) -> None:
    """Settles what a run of the suite is about, and sees to it that somebody is there to be asked.

    Raises:
        pytest.UsageError: The deployment is not described as it must be, or cannot be reached.
    """
    for name in OPTIONAL.keys() - modules_of(config):
        if any(argument.partition("::")[0] == f"{SUITE}.{name}" for argument in config.args):
            raise pytest.UsageError(f"{SUITE}.{name} needs {OPTIONAL[name].flag} {OPTIONAL[name].metavar}".rstrip())
    deployment = config.stash[DEPLOYMENT] = deployment_of(config)
    is_worker = hasattr(config, "workerinput")  # of pytest-xdist: whoever started it has looked
    if not (is_worker or config.getoption("collectonly")):
        reach(deployment.target)
    config.pluginmanager.register(importlib.import_module(f"{SUITE}.fixtures"), "taskmock_suite")
