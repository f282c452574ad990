"""Settings from files: `taskmock.toml`, or `[tool.taskmock]` of `pyproject.toml`, in the working folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from taskmock.schemas import hint

FILE = "taskmock.toml"
PROJECT_FILE = "pyproject.toml"

Check = Callable[[object], object]
"""Gives the value of a setting in the form that the command uses; raises ValueError with a text for the user."""


class ConfigError(ValueError):
    """A settings file that cannot be used: all its problems, a line each."""

    def __init__(self, file: str, problems: Iterable[str]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


def read_settings(folder: Path, checks: Mapping[str, Check]) -> dict[str, object]:
    """The settings of a folder by name (`session_from`), empty where it has none; `-` and `_` mean the same.

    `checks` are the settings that are allowed.

    Raises:
        ConfigError: The file is no TOML, or has settings that are unknown or wrong.
    """
    file, table = _found(folder)
    settings: dict[str, object] = {}
    problems: list[str] = []
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in checks:
            problems.append(_unknown(key, checks))
            continue
        try:
            settings[name] = checks[name](value)
        except ValueError as error:
            problems.append(f"{key}: {error}")
    if problems:
        raise ConfigError(file, problems)
    return settings


def colours_wanted() -> bool:
    """Whether the environment leaves colours on: `NO_COLOR` is not set, or empty (https://no-color.org)."""
    return not os.environ.get("NO_COLOR")


def debug_wanted() -> bool:
    """Whether the environment asks for tracebacks: `TASKMOCK_DEBUG` is set, and not empty or 0."""
    return os.environ.get("TASKMOCK_DEBUG", "") not in {"", "0"}


def in_ci() -> bool:
    """Whether the environment is that of a CI service: `CI` is set, and not empty, 0 or false."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def state_folder() -> Path:
    """Where programs of this user keep what outlives them.

    Raises:
        RuntimeError: The user has no home.
    """
    if sys.platform == "win32":
        said = os.environ.get("LOCALAPPDATA", "")
        return Path(said) if said else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    said = Path(os.environ.get("XDG_STATE_HOME", ""))
    # A relative path there is invalid and to be ignored (XDG Base Directory Specification).
    return said if said.is_absolute() else Path.home() / ".local" / "state"


def is_there(variable: str) -> bool:
    """Whether the environment has a variable, even an empty one."""
    return variable in os.environ


def _unknown(key: str, allowed: Iterable[str]) -> str:
    names = sorted(allowed)
    return f"unknown setting {key!r}{hint(key.replace('-', '_'), names)} (allowed: {', '.join(names)})"


def _found(folder: Path) -> tuple[str, Mapping[str, object]]:
    """The name of the settings file, and its settings."""
    if (folder / FILE).is_file():
        return FILE, _table(folder / FILE)
    if not (folder / PROJECT_FILE).is_file():
        return FILE, {}
    tools = _table(folder / PROJECT_FILE).get("tool", {})
    table = tools.get("taskmock", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError(PROJECT_FILE, ["tool.taskmock: must be a table, [tool.taskmock]"])
    return PROJECT_FILE, table


def _table(path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(path.name, ["the file is not UTF-8 text"]) from None
    except OSError as error:
        raise ConfigError(path.name, [f"the file cannot be read ({error.strerror})"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(path.name, [f"the file is not TOML: {error}"]) from None
