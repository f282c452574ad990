"""A user's repository with packages named `contracts` and `schemas` tests itself with taskmock from its wheel."""

import os
import re
import subprocess
import sys
import sysconfig
import textwrap
import venv
from pathlib import Path

import pytest

from taskmock.mockserver import MockServer, Settings

pytestmark = pytest.mark.xdist_group("wheel")

FILES = {
    "contracts/__init__.py": 'OWNER = "user"\n',
    "schemas/__init__.py": 'OWNER = "user"\n',
    "schemas/order.py": "FIELDS = ('id', 'price')\n",
    "tests/test_own_packages.py": """
        import contracts
        from schemas.order import FIELDS


        def test_own_packages_are_imported():
            assert (contracts.OWNER, FIELDS) == ("user", ("id", "price"))
        """,
    "tests/test_late_import.py": """
        def test_own_package_is_imported_late():
            import contracts

            assert contracts.OWNER == "user"
        """,
    "tests/test_wheel.py": """
        import sys
        from pathlib import Path

        import taskmock.contracts
        import taskmock.mockserver
        import taskmock.schemas


        def test_taskmock_is_the_installed_wheel():
            for package in (taskmock.contracts, taskmock.mockserver, taskmock.schemas):
                assert Path(package.__file__).is_relative_to(sys.prefix)
        """,
    "tests/test_client.py": """
        import json
        from urllib.request import urlopen

        STATUS = "/api/c/compapi/v2/sops/get_task_status/"
        QUERY = "?bk_app_code=app&bk_app_secret=x&bk_token=x&bk_biz_id=2&task_id=10"


        def test_client_reads_a_status(taskmock):
            with urlopen(taskmock.url + STATUS + QUERY) as answer:
                assert json.load(answer)["result"] is True
        """,
    "tests/test_contract.py": """
        from taskmock.schemas import load_example


        def test_example_keeps_the_contract(taskmock_contract):
            taskmock_contract.check(load_example("doc-2019", "response"))
        """,
}


@pytest.fixture(scope="module")
def repository(distribution, tmp_path_factory):
    """A repository with a virtual environment of its own: the wheel, and the dependencies that this one has."""
    root = tmp_path_factory.mktemp("consumer")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    venv.create(root / ".venv", with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(python_of(root)), "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(distribution.wheel)], check=True)
    # A plain path line brings this environment's packages in, but not its editable taskmock: the finder
    # of that one is started by a .pth file, and those are read in site folders alone.
    site = sysconfig.get_path("purelib", vars={"base": str(root / ".venv")})
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return root


def python_of(root: Path) -> Path:
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pytest_in(repository: Path, *arguments: str) -> str:
    """Gives what pytest prints in the repository."""
    command = [python_of(repository), "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    strange = ("PYTEST", "PYTHON", "COV", "TASKMOCK")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    result = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, encoding="utf-8", errors="replace"
    )
    return result.stdout + result.stderr


@pytest.mark.parametrize("arguments", [(), ("-n", "4")], ids=["one-process", "four-workers"])
def test_consumer_repository_tests_itself(repository, arguments):
    printed = pytest_in(repository, *arguments)

    assert "\n5 passed in " in printed, printed


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one-process", "two-workers"])
def test_consumer_repository_runs_the_suite_from_the_wheel(repository, arguments):
    with MockServer(settings=Settings(edition="v2", clock="instant")) as server:
        target = (f"--taskmock-target={server.url}", "--taskmock-task-id=10", "--taskmock-interval=0")
        suite = ("--pyargs", "taskmock.contracts.suite", "tests/test_late_import.py", "-vv", "-rf")

        printed = pytest_in(repository, *suite, *target, *arguments)

    assert re.search(r"\n=+ [0-9]+ passed, [0-9]+ skipped in ", printed), printed
    assert "tests/test_late_import.py::test_own_package_is_imported_late" in printed
    assert "taskmock.contracts.suite.test_documents::test_the_document_keeps_the_rule[10-parent.finished]" in printed
