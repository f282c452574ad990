"""The page on what a client must survive says what the example clients do, of every shipped scenario.

`python -m system.docs.test_survival_page` in tests/ writes its table anew.
"""

import re
import subprocess
import sys

from support.places import ROOT
from taskmock.mockserver.scenarios.catalog import LIBRARY

PAGE = ROOT / "docs" / "what-your-client-must-survive.md"
TABLE = re.compile(r"(?<=<!-- clients -->\n)(?:\|.*\n)*")
SHIPPED = {path.stem for path in LIBRARY.glob("*.yaml")}


def page():
    return PAGE.read_text(encoding="utf-8")


def played():
    """What the clients say now."""
    command = [sys.executable, "-X", "utf8", "table.py"]
    folder = ROOT / "examples" / "careless_clients"
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=True).stdout


def test_table_shows_what_the_clients_say():
    [written] = TABLE.findall(page())

    assert written == played(), "`python -m system.docs.test_survival_page` in tests/ writes the table anew"


def test_table_has_every_shipped_scenario():
    [table] = TABLE.findall(page())

    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE)) == SHIPPED


def test_page_says_how_to_see_every_shipped_scenario():
    commands = re.findall(r"^`taskmock serve --scenario ((?:.+\n)+)", page(), re.MULTILINE)

    assert {name for command in commands for name in re.findall(r"[a-z0-9-]+(?=`)", command)} == SHIPPED


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(played().replace("\\", "\\\\"), page()), encoding="utf-8")
