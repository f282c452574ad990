"""A pytest run that does not use taskmock pays next to nothing for its plugins."""

import subprocess
import sys

HEAVY = {"click", "faker", "httptools", "jsonschema", "jsonschema_rs", "orjson", "ruamel", "werkzeug"}
PROBE = """
import sys

def pytest_unconfigure():
    names = sorted(name for name in sys.modules if not name.startswith(("taskmock.", "pytest", "_pytest")))
    print("LOADED", *{name.partition(".")[0] for name in names})
    print("OURS", *sorted(name for name in sys.modules if name.startswith("taskmock")))
"""


def test_pytest_start_loads_only_the_plugins(tmp_path):
    (tmp_path / "conftest.py").write_text(PROBE, encoding="utf-8")
    # Faker brings a plugin of its own, which loads Faker whatever we do.
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:faker", "-p", "no:cacheprovider"]

    result = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)

    lines = {line.split()[0]: set(line.split()[1:]) for line in result.stdout.splitlines() if " " in line}
    assert lines["OURS"] == {
        "taskmock",
        "taskmock.contracts",
        "taskmock.contracts.findings",
        "taskmock.contracts.findings.foreign_text",
        "taskmock.contracts.plugin",
        "taskmock.contracts.pytest_plugin",
        "taskmock.contracts.pytest_plugin.check",
        "taskmock.contracts.pytest_plugin.options",
        "taskmock.contracts.pytest_plugin.run",
        "taskmock.contracts.pytest_plugin.terms",
        "taskmock.mockserver",
        "taskmock.mockserver.plugin",
        "taskmock.schemas",
    }
    assert lines["LOADED"] & HEAVY == set()
