"""The repository's files as the project's own tests see them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from support.places import ROOT

PACKAGES = ("schemas", "contracts", "mockserver")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of the product."""

    file: str  # relative to the root: "mockserver/front/server.py"
    name: str  # relative to taskmock: "mockserver.server.server"
    package: str  # what a relative import starts from: "mockserver.front"
    tree: ast.Module

    def place(self, node: ast.AST) -> str:
        """Give `mockserver/clock.py:12`."""
        return f"{self.file}:{getattr(node, 'lineno', 1)}"


def modules() -> Iterator[Module]:
    """Give every Python file of the three packages, in the order of their paths."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield parse(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def parse(file: str, source: str) -> Module:
    """Parse a source that stands at `file` in the tree."""
    parts = tuple(file.removesuffix(".py").split("/"))
    package = parts[:-1]
    name = package if parts[-1] == "__init__" else parts
    return Module(file, ".".join(name), ".".join(package), ast.parse(source))


def imports(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Give the absolute dotted name of everything a module imports, inside functions too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{import_source(module, node)}.{alias.name}", node


def import_source(module: Module, node: ast.ImportFrom) -> str:
    """Give the dotted name after `from`, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    parts = ["taskmock", *module.package.split(".")]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


def type_checking_lines(module: Module) -> frozenset[int]:
    """Give the lines that only type checkers read."""
    return frozenset(
        line
        for node in ast.walk(module.tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    )
