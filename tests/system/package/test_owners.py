"""Each dependency and each concern has one owner, and the pure core knows nothing of the world around it."""

import ast
import sys
from fnmatch import fnmatch

import pytest

from support.source_tree import Module, import_source, imports, modules, parse, type_checking_lines

# What is imported -> the modules that may (patterns of fnmatch, relative to `taskmock`).
# Every third-party dependency is named here: one that is not belongs to nobody yet, and fails.
OWNERS: dict[str, tuple[str, ...]] = {
    "click": ("contracts.cli.*", "mockserver.cli.*"),
    "faker": ("mockserver.generation.names",),
    "httptools": ("mockserver.http.parser",),
    "jsonschema": ("contracts.validation.schema",),
    "jsonschema_rs": ("contracts.validation.schema",),
    "orjson": ("mockserver.api.*", "mockserver.dry_run.frames"),
    "pytest": ("contracts.plugin", "contracts.pytest_plugin.*", "contracts.suite.*", "mockserver.plugin"),
    "ruamel": ("mockserver.scenarios.syntax.yaml_reader",),
    "werkzeug": ("mockserver.admin.*", "mockserver.api.*", "mockserver.server.app"),
}
# The same of the standard library.
STANDARD: dict[str, tuple[str, ...]] = {"sqlite3": ("mockserver.sessions.keeping.session_file",)}
# A name that is used -> the modules that may.
NAMES: dict[str, tuple[str, ...]] = {
    "os.environ": ("contracts.verify.credentials", "mockserver.cli.settings_file"),
    "os.getenv": ("mockserver.cli.settings_file",),
    "time.time": ("mockserver.clock",),
    "time.time_ns": ("mockserver.clock",),
    "datetime.datetime.now": ("contracts.clock", "mockserver.clock"),
    "datetime.datetime.utcnow": ("mockserver.clock",),
    "datetime.datetime.today": ("mockserver.clock",),
    "datetime.date.today": ("mockserver.clock",),
}
# What an answer may not depend on, as it is a function of the record alone.
WORLD = ("asyncio", "os", "random", "secrets", "socket", "threading", "time", "uuid", "werkzeug")


def stray_imports(module: Module) -> list[str]:
    """Give a line for each import of somebody else's dependency."""
    found = []
    for name, node in imports(module):
        root = name.partition(".")[0]
        if root not in STANDARD and (root in sys.stdlib_module_names or root == "taskmock"):
            continue
        owners = (OWNERS | STANDARD).get(root, ())
        if not any(fnmatch(module.name, owner) for owner in owners):
            found.append(f"{module.place(node)}: {root} belongs to {', '.join(owners) or 'nobody yet'}")
    return list(dict.fromkeys(found))


def stray_names(module: Module) -> list[str]:
    """Give a line for each use of a name that belongs to another module."""
    known = local_names(module)
    found = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        first, _, rest = ast.unparse(node).partition(".")
        used = f"{known.get(first, first)}.{rest}".rstrip(".")
        owners = NAMES.get(used)
        if owners is not None and not any(fnmatch(module.name, owner) for owner in owners):
            found.append(f"{module.place(node)}: {used} belongs to {', '.join(owners)}")
    return found


def local_names(module: Module) -> dict[str, str]:
    """Give the absolute name behind each name that the module's imports bind."""
    known = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            source = import_source(module, node)
            known |= {alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names}
    return known


def stray_core_imports(module: Module) -> list[str]:
    """Give a line for each part of the world that a core module imports at run time."""
    typing_only = type_checking_lines(module)
    return [
        f"{module.place(node)}: the core knows no {name}"
        for name, node in imports(module)
        if node.lineno not in typing_only
        and (name.partition(".")[0] in WORLD or name.startswith("taskmock.mockserver.playback.store"))
    ]


def in_core(name: str) -> bool:
    return name.startswith("mockserver.core")


def test_modules_import_only_what_they_own():
    assert [line for module in modules() for line in stray_imports(module)] == []


def test_modules_use_only_names_they_own():
    assert [line for module in modules() for line in stray_names(module)] == []


@pytest.mark.parametrize(
    ("package", "above"),
    [("schemas", ("taskmock.contracts", "taskmock.mockserver")), ("contracts", ("taskmock.mockserver",))],
)
def test_package_knows_nothing_above_it_even_for_types(package, above):
    found = {name for module in modules() if module.name.split(".")[0] == package for name, _ in imports(module)}

    assert [name for name in found if name.startswith(above)] == []


def test_schemas_import_the_standard_library_only():
    found = {
        name.partition(".")[0]
        for module in modules()
        if module.name.split(".")[0] == "schemas"
        for name, _ in imports(module)
    }

    assert found - sys.stdlib_module_names <= {"taskmock"}


def test_core_knows_nothing_of_the_world():
    core = [module for module in modules() if in_core(module.name)]

    assert len(core) > 10
    assert [line for module in core for line in stray_core_imports(module)] == []


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("import faker", "mockserver/example.py:1: faker belongs to mockserver.generation.names"),
        (
            "def f():\n    from ruamel.yaml import YAML",
            "mockserver/example.py:2: ruamel belongs to mockserver.scenarios.syntax.yaml_reader",
        ),
        ("import requests.auth", "mockserver/example.py:1: requests belongs to nobody yet"),
        ("import sqlite3", "mockserver/example.py:1: sqlite3 belongs to mockserver.sessions.keeping.session_file"),
    ],
)
def test_stray_import_is_found(source, finding):
    assert stray_imports(parse("mockserver/example.py", source)) == [finding]


@pytest.mark.parametrize("source", ["import json", "from . import clock", "from ..contracts import Contract"])
def test_own_import_is_no_finding(source):
    assert stray_imports(parse("mockserver/example.py", source)) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (
            "import os\nos.environ['HOME']",
            "os.environ belongs to contracts.verify.credentials, mockserver.cli.settings_file",
        ),
        ("import os as system\nsystem.getenv('HOME')", "os.getenv belongs to mockserver.cli.settings_file"),
        (
            "from os import environ\nenviron",
            "os.environ belongs to contracts.verify.credentials, mockserver.cli.settings_file",
        ),
        ("import time\ntime.time()", "time.time belongs to mockserver.clock"),
        (
            "from datetime import datetime\ndatetime.now()",
            "datetime.datetime.now belongs to contracts.clock, mockserver.clock",
        ),
        (
            "import datetime\ndatetime.datetime.now()",
            "datetime.datetime.now belongs to contracts.clock, mockserver.clock",
        ),
    ],
)
def test_stray_name_is_found(source, name):
    assert stray_names(parse("mockserver/example.py", source)) == [f"mockserver/example.py:2: {name}"]


def test_name_is_allowed_to_its_owner():
    assert stray_names(parse("mockserver/clock.py", "import time\ntime.time()")) == []


def test_core_check_finds_the_world_and_spares_annotations():
    source = "import time\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import socket\n"

    assert stray_core_imports(parse("mockserver/engine.py", source)) == [
        "mockserver/engine.py:1: the core knows no time"
    ]
