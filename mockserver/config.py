"""Settings from files: `taskmock.toml`, or `[tool.taskmock]` of `pyproject.toml`, in the folder one works in."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path

FILE = "taskmock.toml"


class ConfigError(ValueError):
    """A settings file that cannot be used; the text says where and what is allowed."""


def read_settings(folder: Path, allowed: Collection[str]) -> dict[str, object]:
    """The settings of a folder by name (`session_from`), empty where it has none; `-` and `_` mean the same.

    Raises:
        ConfigError: The file is no TOML, or has a key that is not allowed.
    """
    own, project = folder / FILE, folder / "pyproject.toml"
    if own.is_file():
        path, settings = own, _table(own)
    elif project.is_file():
        path, settings = project, _tool_table(project)
    else:
        return {}
    named = {key.replace("-", "_"): value for key, value in settings.items()}
    for key in named:
        if key not in allowed:
            closest = difflib.get_close_matches(key, allowed, n=1)
            hint = f"; did you mean {closest[0]!r}?" if closest else ""
            raise ConfigError(f"{path.name}: unknown setting {key!r}{hint} (allowed: {', '.join(sorted(allowed))})")
    return named


def _tool_table(path: Path) -> dict[str, object]:
    tools = _table(path).get("tool")
    table = tools.get("taskmock", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError(f"{path.name}: tool.taskmock must be a table")
    return table


def _table(path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name}: not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: not TOML: {error}") from None
