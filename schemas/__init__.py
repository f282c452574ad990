"""The JSON Schemas of task-status APIs, with examples and states, and a loader for them.

Standard library only. Imports inside functions keep `import taskmock.schemas` cheap for command lines and plugins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskmock.schemas.variant import Variant

EDITIONS = ("doc-2019", "v1", "v2")
"""Every edition of the API: the document of 2019, engine 1 today, engine 2 today."""

VARIANTS = ("v1@3.6.10",)
"""Every named variant of an edition: what older servers sent; `variant_of` has their facts."""

KNOWN = (*EDITIONS, *VARIANTS)
"""All that can be judged by and played: the editions and their variants."""

GATEWAYS = ("esb", "esb-legacy", "apigw")
"""Every gateway that leads to the API; `load_gateways` has their facts."""

ALL = "all"
"""What a setting says for all of something."""

SESSION_FIELDS = ("bk_username", "bk_token", "bk_app_code")
"""The credentials that can name a session."""

SCHEMAS = ("request", "response", "node")
"""The schemas of an edition: `response` is recursive, `node` judges one node without its children's contents."""

STATUS = "get_task_status"
"""The call that is polled; it has a folder for each edition, and a `node` schema. All others share what is alike."""

_SCHEME = "urn:taskmock:"


def load_schema(edition: str, name: str, *, operation: str = STATUS) -> dict[str, Any]:
    """The schema `name` of a call in an edition, a fresh copy; `bundled` adds what it refers to.

    Raises: ValueError for an unknown call, edition or schema, with those there are.
    """
    names = SCHEMAS if operation == STATUS else SCHEMAS[:2]
    variant = variant_of(edition)
    own = edition if variant is None else variant.edition
    schema = load_json(_path(own, operation, f"{chosen('schema', name, names)}.schema.json"))
    return schema if variant is None else variant.schema(schema)


def load_example(edition: str, name: str, *, operation: str = STATUS) -> dict[str, Any]:
    """The example `name` of a call in an edition: `request`, `response`, `failure`, or another of `example_names`.

    Raises: ValueError for an unknown call, edition or example, with those there are.
    """
    names = example_names(edition, operation=operation)
    return load_json(_path(edition, operation, f"examples/{chosen('example', name, names)}.json"))


def example_names(edition: str, *, operation: str = STATUS) -> tuple[str, ...]:
    """The examples of a call in an edition.

    Raises: ValueError for an unknown call or edition, with those there are.
    """
    import importlib.resources

    found: set[str] = set()
    for folder in _folders(edition, operation):
        examples = importlib.resources.files(__name__) / folder / "examples"
        if examples.is_dir():
            found.update(item.name.removesuffix(".json") for item in examples.iterdir() if item.name.endswith(".json"))
    return tuple(sorted(found))


def load_by_id(uri: str) -> dict[str, Any]:
    """The schema with an `$id` of this package, without a fragment: `urn:taskmock:pipeline`."""
    name = next((name for name in VARIANTS if f":{name}:" in uri), "")
    variant = variant_of(name)
    if variant is not None:
        return variant.schema(load_by_id(uri.replace(f":{name}:", f":{variant.edition}:")))
    return load_json(uri.removeprefix(_SCHEME).replace(":", "/").replace("-", "_") + ".schema.json")


def bundled(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with all those that it refers to inside its `$defs`, so that any JSON Schema engine can use it."""
    parts: dict[str, Any] = {}
    waiting: list[Any] = [schema]
    while waiting:
        value = waiting.pop()
        uri = value.get("$ref", "").partition("#")[0] if isinstance(value, dict) else ""
        if uri.startswith(_SCHEME) and uri not in parts:
            parts[uri] = load_by_id(uri)
            waiting.append(parts[uri])
        waiting.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
    return {**schema, "$defs": {**schema.get("$defs", {}), **parts}} if parts else schema


def base_of(edition: str) -> str:
    """The edition itself, or the one that a variant is of."""
    return edition.partition("@")[0]


def variant_of(edition: str) -> Variant | None:
    """The facts of a variant; None where the name is an edition's."""
    if "@" not in edition:
        return None
    from taskmock.schemas.variant import variants

    return variants().get(edition)


def known_of(editions: tuple[str, ...]) -> tuple[str, ...]:
    """Some editions with all variants of them."""
    return (*editions, *(name for name in VARIANTS if base_of(name) in editions))


def load_states() -> tuple[dict[str, Any], ...]:
    """The vocabulary of states: `state meaning documented final levels source`, `levels` by edition (task, node)."""
    return tuple(load_json("get_task_status/states.json")["states"])


def load_operations() -> dict[str, dict[str, Any]]:
    """Every call of the API by name: `name summary method route required writes editions`, and `since` where known."""
    return {row["name"]: row for row in load_json("operations.json")["operations"]}


def editions_of(operation: str) -> tuple[str, ...]:
    """The editions that have a call.

    Raises: ValueError for an unknown call, with those there are.
    """
    if operation == STATUS:
        return EDITIONS
    rows = load_operations()
    return tuple(rows[chosen("call", operation, tuple(rows))]["editions"])


def load_gateways() -> dict[str, dict[str, Any]]:
    """Every gateway by name, with its facts from `gateways.json`, those included that it shares with another one."""
    gateways: dict[str, dict[str, Any]] = {}
    for name, row in load_json("gateways.json")["gateways"].items():
        gateways[name] = {**gateways.get(row.get("like"), {}), **row}
    return gateways


def gateway_names(choice: str) -> tuple[str, ...]:
    """The gateways that a setting stands for: `all` is each one with paths of its own.

    Raises: ValueError for an unknown one, with those there are.
    """
    if chosen("gateway", choice, (*GATEWAYS, ALL)) != ALL:
        return (choice,)
    return tuple(name for name, row in load_gateways().items() if "like" not in row)


def load_report_schema() -> dict[str, Any]:
    """The schema of the judge's report in JSON."""
    return load_json("report.schema.json")


def load_json(path: str) -> dict[str, Any]:
    """A decoded file of this package by its path (`/` between the parts)."""
    import importlib.resources
    import json

    text = (importlib.resources.files(__name__) / path).read_text(encoding="utf-8")
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def chosen(what: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value itself where it is allowed.

    Raises: ValueError that names the value, those allowed and the closest of them.
    """
    if value in allowed:
        return value
    raise ValueError(f"unknown {what} {value!r}: choose one of {', '.join(allowed)}{hint(value, allowed)}")


def hint(value: str, allowed: Iterable[str]) -> str:
    """A question for the allowed value most like a given one, to be put behind a sentence; "" where none is near."""
    found = closest(str(value), allowed, cutoff=0.5)
    return f"; did you mean {found!r}?" if found else ""


def closest(word: str, words: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The word most like a misspelt one, whatever its case; "" where none is near. `cutoff` is a ratio from 0 to 1."""
    import difflib

    folded = {known.casefold(): known for known in words}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else ""


def lazy_exports(
    package: str, homes: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package whose public names are imported on first use.

    `homes` are the names by the module of the package where they are.
    """
    modules = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> object:
        """The public name, imported from its module."""
        import importlib

        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{modules[name]}"), name)

    def names() -> list[str]:
        """The public names."""
        import sys

        return [*sys.modules[package].__all__]

    return load, names


def _folders(edition: str, operation: str) -> tuple[str, ...]:
    """Where the files of a call in an edition are: its own folder, then what all editions share."""
    edition = chosen("edition", edition, editions_of(operation)).replace("-", "_")
    return f"{operation}/{edition}", operation


def _path(edition: str, operation: str, name: str) -> str:
    """The path of a file of a call, its edition's own where there is one."""
    import importlib.resources

    own, shared = (f"{folder}/{name}" for folder in _folders(edition, operation))
    return own if (importlib.resources.files(__name__) / own).is_file() else shared
