"""The longest chain of files that import each other, in each package; folders do not count.

`python tests/system/package/import_chain.py` prints it: each file imports the one below it. Imports inside functions
count, those for type checkers do not; names that an `__init__` hands on lead through its file.
"""

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = ("contracts", "mockserver")


def imported_names(source: str) -> Iterator[str]:
    """The dotted names that a module imports at run time, wherever in the file."""
    nodes: list[ast.AST] = [ast.parse(source)]
    for node in nodes:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            nodes.extend(node.orelse)
            continue
        nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_graph(package: Path) -> dict[str, frozenset[str]]:
    """Each module of a package, with the modules of the same package that it imports."""
    files = {
        ".".join(("taskmock", package.name, *path.relative_to(package).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in sorted(package.rglob("*.py"))
    }
    return {
        name: frozenset(
            known
            for imported in imported_names(path.read_text(encoding="utf-8"))
            if (known := imported if imported in files else imported.rpartition(".")[0]) in files and known != name
        )
        for name, path in files.items()
    }


def longest_chain(graph: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """The modules of the longest chain, the importing one first; the first by name where several are as long.

    Raises:
        ValueError: modules import each other in a circle.
    """
    walked: list[str] = []

    @functools.cache
    def chain_from(name: str) -> tuple[str, ...]:
        if name in walked:
            raise ValueError(f"{name} imports itself by way of {walked[-1]}")
        walked.append(name)
        longest = max((chain_from(imported) for imported in sorted(graph[name])), key=len, default=())
        walked.pop()
        return (name, *longest)

    return max((chain_from(name) for name in sorted(graph)), key=len, default=())


def main() -> None:
    """Print the longest chain of each package."""
    for package in PACKAGES:
        chain = longest_chain(import_graph(ROOT / package))
        sys.stdout.write(f"{package}: {len(chain)} files\n")
        sys.stdout.write("".join(f"  {name.removeprefix('taskmock.')}\n" for name in chain))


if __name__ == "__main__":
    main()
