"""The fenced code blocks of a Markdown file, with the directives in the comments right above them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"^(?P<indent>[ ]*)```(?P<language>[^`]*)$")
DIRECTIVE = re.compile(r"^\s*<!--\s*(?P<key>[a-z]+):\s*(?P<value>.*?)\s*-->$")
KEYS = frozenset({"run", "file", "skip", "exit"})
FILE_COMMENT = re.compile(r"^# (?P<name>[\w./-]+\.(?:py|yaml|json|toml))$")


class MarkdownError(Exception):
    """A block that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    place: str  # "README.md:12"
    language: str
    text: str
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str | None:
        """The name of the file that the block shows, from its directive or its first line."""
        named = FILE_COMMENT.match(self.text.partition("\n")[0])
        return self.directives.get("file") or (named["name"] if named else None)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block, and the output that the block shows for it."""

    line: str
    output: tuple[str, ...]


def blocks(path: Path, name: str) -> Iterator[Block]:
    """Give the blocks of a file in their order.

    Raises: MarkdownError for an unknown directive or a fence without an end.
    """
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    directives: dict[str, str] = {}
    for number, line in lines:
        if directive := DIRECTIVE.match(line):
            directives[directive["key"]] = directive["value"]
        elif fence := FENCE.match(line):
            place = f"{name}:{number}"
            if unknown := directives.keys() - KEYS:
                raise MarkdownError(f"{place}: unknown directive {', '.join(sorted(unknown))}")
            yield Block(place, fence["language"].strip(), body(lines, fence["indent"], place), directives)
            directives = {}
        elif line.strip():
            directives = {}


def body(lines: Iterator[tuple[int, str]], indent: str, place: str) -> str:
    """Give the text up to the closing fence."""
    found = []
    for _, line in lines:
        if line.strip() == "```":
            return "".join(f"{each.removeprefix(indent)}\n" for each in found)
        found.append(line)
    raise MarkdownError(f"{place}: the block has no end")


def commands(block: Block) -> tuple[Command, ...]:
    """Give the commands of a block: the `$` lines of a console, every line of a bash script."""
    found: list[tuple[str, list[str]]] = []
    continued = False
    for line in block.text.splitlines():
        prompt = block.language != "console" or line.startswith("$ ")
        if continued:
            found[-1] = (f"{found[-1][0]}\n{line.removeprefix('> ')}", [])
        elif prompt and line.strip() and not line.startswith("#"):
            found.append((line.removeprefix("$ "), []))
        elif found and not prompt:
            found[-1][1].append(line)
        elif not prompt:
            raise MarkdownError(f"{block.place}: a console block begins with `$ command`")
        continued = (continued or prompt) and line.endswith("\\")
    return tuple(Command(line, tuple(output)) for line, output in found)


def shows(expected: tuple[str, ...], actual: str) -> bool:
    """Tell whether the output is what was shown: `...` stands for any lines, inside a line for any text."""
    wanted = [line.rstrip() for line in expected]
    while wanted and not wanted[-1]:
        wanted.pop()
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in wanted
    )
    text = "".join(f"{line.rstrip()}\n" for line in actual.rstrip().splitlines())
    return re.fullmatch(pattern, text) is not None
