"""The check of the documents finds what is wrong in them."""

import os
import re

import pytest

from support.fenced_blocks import MarkdownError, blocks, shows
from support.walkthrough import DocumentError, Walkthrough

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the documents' commands are written for a POSIX shell")

ANSWERS = """\
import socket, sys
with socket.create_server(("127.0.0.1", 8070)) as listener:
    print("ready on 8070", flush=True)
    while True:
        listener.accept()[0].sendall(b"hello")
"""
ASKS = 'import socket; print(socket.create_connection(("127.0.0.1", 8070)).recv(9).decode())'


@pytest.fixture
def follow(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    reader = Walkthrough(folder)

    def follow_text(text: str) -> None:
        path = tmp_path / "page.md"
        path.write_text(text, encoding="utf-8")
        for block in blocks(path, "page.md"):
            reader.follow(block)

    yield follow_text
    reader.close()


TRUE = {
    "outputs": "```console\n$ printf 'one\\ntwo\\n'\none\ntwo\n$ echo three\nthree\n```",
    "continued-line": "```console\n$ echo one \\\n>   two\none two\n```",
    "any-lines": "```console\n$ printf 'one\\ntwo\\nthree\\n'\none\n...\nthree\n```",
    "any-text": "```console\n$ echo took 12 ms\ntook ... ms\n```",
    "script": "```bash\necho one > kept\ntest -f kept\n```",
    "indented": "- a list\n\n  ```console\n  $ echo one\n  one\n  ```",
    "exit-code": "<!-- exit: 3 -->\n```console\n$ echo bad; exit 3\nbad\n```",
    "set-up": "<!-- skip: a machine -->\n```console\n$ git clone https://example.com/x\n$ pip install x\n```",
    "named-file": "<!-- file: data.txt.json -->\n```json\n{}\n```\n\n```console\n$ cat data.txt.json\n{}\n```",
    "module": "```python\n# names.py\nNAMES = ['a']\n```\n```python\nfrom names import NAMES\nassert NAMES\n```",
    "pytest-file": "```python\n# test_it.py\ndef test_it():\n    assert True\n```",
    "python-session": "```python\n>>> 1 + 1\n2\n```",
    "yaml": "```yaml\na: 1\n```",
    "scenario": "```yaml\n# a.yaml\nformat: 1\nscenario: a\nflow:\n  - Prepare: 2s\n```",
    "toml": "```toml\na = 1\n```",
    "text": "```text\nanything\n```",
    "make-target": "```console\n$ make test\n```",
}
FALSE = {
    "other-output": ("```console\n$ echo one\ntwo\n```", "page.md:1: `echo one` prints\none\n\nnot\ntwo"),
    "less-output": ("```console\n$ echo one\none\ntwo\n```", "page.md:1: `echo one` prints\none\n\nnot\none\ntwo"),
    "failing-command": ("\n```console\n$ exit 4\n```", "page.md:2: `exit 4` exits with 4, not 0:\n"),
    "failing-script-line": ("```bash\nfalse\ntrue\n```", "page.md:1: `false` exits with 1, not 0:\n"),
    "unexpected-success": (
        "<!-- exit: 1 -->\n```console\n$ true\n```",
        "page.md:2: `true` exits with 0, not 1:\n",
    ),
    "no-such-target": ("```console\n$ make dinner\n```", "page.md:1: `make dinner`: make: *** No rule to make target"),
    "skipped-example": (
        "<!-- skip: slow -->\n```console\n$ echo one\n```",
        "page.md:2: only the set-up may be skipped, not `echo one`",
    ),
    "skipped-script": (
        "<!-- skip: slow -->\n```bash\n. .venv/bin/activate\n./example\n```",
        "page.md:2: only the set-up may be skipped, not `./example`",
    ),
    "skipped-code": ("<!-- skip: slow -->\n```python\npass\n```", "page.md:2: only the set-up may be skipped"),
    "broken-json": ("```json\n{a}\n```", "page.md:1: not JSON: "),
    "broken-yaml": ("```yaml\na: [\n```", "page.md:1: not YAML: "),
    "broken-scenario": ("```yaml\nformat: 1\nscenario: a\nflwo: []\n```", "page.md:1: not a scenario: "),
    "broken-toml": ("```toml\na\n```", "page.md:1: not TOML: "),
    "failing-code": ("```python\nassert False\n```", "page.md:1: `python block_1.py` exits with 1, not 0:\n"),
    "false-session": (
        "```python\n>>> 1 + 1\n3\n```",
        "page.md:1: `python -m doctest -o ELLIPSIS block_1.txt` exits with 1, not 0:\n",
    ),
    "failing-test": (
        "```python\n# test_it.py\ndef test_it():\n    assert False\n```",
        "page.md:1: `python -m pytest -q -p no:cacheprovider test_it.py` exits with 1, not 0:\n",
    ),
    "no-language": ("```\nplain\n```", "page.md:1: the language is '', not one of bash, "),
    "server-that-ends": (
        "<!-- run: background -->\n```console\n$ echo gone\nready\n```",
        "page.md:2: `echo gone` prints\ngone\n\nnot\nready",
    ),
}


@pytest.mark.parametrize("text", TRUE.values(), ids=TRUE.keys())
def test_true_document_passes(follow, text):
    follow(text)


@pytest.mark.parametrize(("text", "finding"), FALSE.values(), ids=FALSE.keys())
def test_false_document_fails(follow, text, finding):
    with pytest.raises(DocumentError, match=f"^{re.escape(finding)}"):
        follow(text)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("<!-- fiel: a.py -->\n```python\npass\n```", "page.md:2: unknown directive fiel"),
        ("```python\npass\n", "page.md:1: the block has no end"),
        ("```console\nls\n```", "page.md:1: a console block begins with `$ command`"),
    ],
)
def test_document_that_cannot_be_read_fails(follow, text, finding):
    with pytest.raises(MarkdownError, match=f"^{re.escape(finding)}$"):
        follow(text)


def test_comment_away_from_a_block_is_no_directive(follow):
    follow("<!-- note: nothing -->\n\nText.\n\n```text\n```")


def test_server_runs_while_the_document_goes_on_with_a_port_of_its_own(follow):
    follow(f"""\
<!-- file: answers.py -->
```python
{ANSWERS}```
<!-- run: background -->
```console
$ python answers.py
ready on 8070
```
```console
$ python -c '{ASKS}'
hello
```
""")


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        (("a", "...", "c"), "a\nc\n", True),
        (("a", "..."), "a\nb\nc", True),
        (("...",), "", True),
        (("a", "...", "c"), "a\nb\n", False),
        (("a",), "a\nb\n", False),
        (("1.5",), "1x5", False),
    ],
)
def test_output_is_compared_line_by_line(expected, actual, verdict):
    assert shows(expected, actual) is verdict
