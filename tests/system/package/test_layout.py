"""The packages are rooms: few modules on a level, three levels at most, each with a sentence that says its job."""

import ast
import importlib.util
from pathlib import Path

import pytest

from support.places import ROOT
from support.source_tree import PACKAGES

LONGEST_CHAINS = {"contracts": 19, "mockserver": 18}
"""How many files import each other in a row; a chain that becomes shorter lowers its limit."""

MOST_ON_A_LEVEL = 12
MOST_ON_TOP = {"schemas": 2, "contracts": 19, "mockserver": 14}
MOST_LEVELS = 3

spec = importlib.util.spec_from_file_location("import_chain", Path(__file__).with_name("import_chain.py"))
import_chain = importlib.util.module_from_spec(spec)
spec.loader.exec_module(import_chain)


def folders() -> list[Path]:
    """Every folder of the packages that holds code."""
    return sorted(path.parent for package in PACKAGES for path in (ROOT / package).rglob("__init__.py"))


def name_of(folder: Path) -> str:
    return folder.relative_to(ROOT).as_posix()


def modules(folder: Path) -> list[str]:
    """The names of the modules on one level."""
    return sorted(path.stem for path in folder.glob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("folder", folders(), ids=name_of)
def test_level_holds_few_modules(folder):
    assert len(modules(folder)) <= MOST_ON_A_LEVEL, modules(folder)


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_few_rooms(package):
    top = ROOT / package

    rooms = [*modules(top), *(folder.name for folder in folders() if folder.parent == top)]

    assert len(rooms) <= MOST_ON_TOP[package], rooms


@pytest.mark.parametrize("folder", folders(), ids=name_of)
def test_folder_says_its_job_in_one_sentence(folder):
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""

    summary, *_ = docstring.split("\n\n")

    assert summary.count(". ") == 0
    assert summary.endswith(".")


def test_code_stands_three_levels_deep_at_most():
    files = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]

    assert [path.as_posix() for path in files if len(path.parts) > 2 + MOST_LEVELS] == []


def test_every_folder_of_code_is_a_package():
    found = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}

    assert found == set(folders())


@pytest.mark.parametrize("package", LONGEST_CHAINS)
def test_chain_of_imports_is_short(package):
    chain = import_chain.longest_chain(import_chain.import_graph(ROOT / package))

    assert len(chain) <= LONGEST_CHAINS[package], "\n".join(chain)


def test_chain_follows_imports_inside_functions_and_through_folders_and_skips_those_for_types(tmp_path):
    package = tmp_path / "example"
    sources = {
        "top.py": "def run():\n    from taskmock.example.low import middle\n",
        "low/__init__.py": '"""Low."""\nfrom taskmock.example import other\n',
        "low/middle.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from taskmock.example import top\n"
        "else:\n    import taskmock.example.bottom\n",
        "bottom.py": "from taskmock.example.low import NAME\n",
        "other.py": "import json\n",
    }
    for name, source in sources.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(source, encoding="utf-8")

    chain = import_chain.longest_chain(import_chain.import_graph(package))

    names = [name.removeprefix("taskmock.example.") for name in chain]
    assert names == ["top", "low.middle", "bottom", "low", "other"]


def test_circle_of_imports_is_an_error():
    with pytest.raises(ValueError, match="a imports itself by way of b"):
        import_chain.longest_chain({"a": frozenset({"b"}), "b": frozenset({"a"})})
