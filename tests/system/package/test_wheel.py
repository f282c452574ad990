"""The wheel holds the three packages, whole, and nothing else."""

import re
import zipfile
from email import message_from_bytes
from email.message import Message

import pytest

from support.source_tree import PACKAGES, ROOT

pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="session")
def wheel(distribution):
    with zipfile.ZipFile(distribution.wheel) as archive:
        yield archive


def metadata(wheel: zipfile.ZipFile, file: str) -> bytes:
    [name] = [name for name in wheel.namelist() if name.endswith(f".dist-info/{file}")]
    return wheel.read(name)


def message(wheel: zipfile.ZipFile) -> Message:
    return message_from_bytes(metadata(wheel, "METADATA"))


def test_wheel_holds_every_file_of_the_tree_and_no_other(wheel):
    tree = {
        f"taskmock/{path.relative_to(ROOT).as_posix()}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == tree


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_declares_its_types(wheel, package):
    assert f"taskmock/{package}/py.typed" in wheel.namelist()


def test_wheel_claims_no_top_level_name_but_taskmock(wheel):
    roots = {name.partition("/")[0] for name in wheel.namelist()}

    assert {root for root in roots if not root.endswith(".dist-info")} == {"taskmock"}


def test_wheel_leaves_the_namespace_package_open(wheel):
    assert "taskmock/__init__.py" not in wheel.namelist()


def test_entry_points_are_the_command_and_two_plugins(wheel):
    assert metadata(wheel, "entry_points.txt").decode().split() == [
        *("[console_scripts]", "taskmock", "=", "taskmock.mockserver.cli:main"),
        *("[pytest11]", "taskmock", "=", "taskmock.mockserver.plugin"),
        *("taskmock_contract", "=", "taskmock.contracts.plugin"),
    ]


def test_metadata_names_licence_and_python(wheel):
    fields = message(wheel)

    assert (fields["License-Expression"], fields["License-File"], fields["Requires-Python"]) == (
        *("MIT", "LICENSE", ">=3.11"),
    )


def test_metadata_names_no_file_of_the_building_machine(wheel):
    texts = [wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name]

    assert [match for text in texts for match in re.findall(r"file://\S*|(?:^|\s)/(?:home|root|Users)/\S*", text)] == []
