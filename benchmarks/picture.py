"""Draws `docs/session.svg`: a terminal session of real output.

Runs a server and the commands shown; needs a POSIX shell with taskmock, curl and jq on PATH:
`python benchmarks/picture.py` in the project's virtual environment.
"""

import html
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

PICTURE = Path(__file__).parents[1] / "docs" / "session.svg"
SCENARIO = """\
format: 1
scenario: release
edition: v2
task: {name: Release web}
start: 2s
flow:
  - Prepare: 2s
  - parallel:
      - [Copy A: 3s]
      - [Copy B: {attempts: [{takes: 2s, fails: ssh timeout}, {takes: 2s}]}]
  - Notify: 1s
events:
  - {when: Copy B FAILED, after: 3s, retry: Copy B}
"""
SERVE = "taskmock serve --scenario release.yaml"
TREE = r"""jq -r '.data | .state, (.children[] | select(.name > "") | "  \(.state)  \(.name)")'"""
STATUS = """curl -s "$URL" | """
QUERY = "bk_app_code=esb_test&bk_app_secret=xxx&bk_token=xxx&bk_biz_id=2&task_id=10"
WORDS = {
    "FINISHED": "good",
    "PASS": "good",
    "RUNNING": "busy",
    "CREATED": "busy",
    "READY": "busy",
    "FAILED": "bad",
    "FAIL": "bad",
    "BROKEN": "bad",
}
COLOURS = {"good": "#7ee787", "busy": "#79c0ff", "bad": "#ff7b72", "dim": "#8b949e", "plain": "#e6edf3"}
WIDTH, LINE, LEFT, TOP = 880, 20, 22, 62


def session() -> list[str]:
    """Give the lines of the session, commands with their `$ `."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "release.yaml").write_text(SCENARIO, encoding="utf-8")
        server = subprocess.Popen(
            [*SERVE.split(), "--port", "0", "--port-file", "port"], cwd=folder, stdout=subprocess.PIPE, encoding="utf-8"
        )
        try:
            while not (folder / "port").exists():
                time.sleep(0.05)
            return played(folder, server)
        finally:
            server.terminate()
            server.wait()


def played(folder: Path, server: "subprocess.Popen[str]") -> list[str]:
    """Give the lines once the server answers."""
    port = (folder / "port").read_text(encoding="ascii").strip()
    url = f"http://127.0.0.1:{port}/api/c/compapi/v2/sops/get_task_status/?{QUERY}"

    def run(command: str) -> list[str]:
        result = subprocess.run(
            ["sh", "-c", command], cwd=folder, env=environment(url), capture_output=True, encoding="utf-8", check=False
        )
        return result.stdout.splitlines()

    ready = server.stdout.readline().strip().replace(port, "8070") if server.stdout else ""
    lines = [f"$ {SERVE} &", ready, f"$ {STATUS}{TREE}", *run(STATUS + TREE)]
    for seconds in (5, 1):
        # The task is 5, then 6 seconds old and a bit: the polls themselves take some of that time.
        lines += [f"$ sleep {seconds}; !curl", *run(f"sleep {seconds}; {STATUS}{TREE}")]
    validate = f"{STATUS}taskmock validate -"
    lines += [f"$ {validate}", *run(validate)]
    broken = f"{STATUS}sed 's/,\"retry\":0//' | taskmock validate -"
    return [*lines, f"$ {broken}", *run(broken)[:5], "..."]


def environment(url: str) -> dict[str, str]:
    """Give the environment of the commands."""
    return os.environ | {"URL": url, "NO_COLOR": "1"}


def drawn(lines: list[str]) -> str:
    """Give the picture as SVG: a window of its own colours, so that the page's do not matter."""
    height = TOP + LINE * len(lines) + 14
    rows = "\n".join(row(line, TOP + LINE * number) for number, line in enumerate(lines))
    dots = "".join(f'<circle cx="{24 + 20 * n}" cy="22" r="6" fill="#484f58"/>' for n in range(3))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
<title>A terminal: taskmock serves a task that runs and fails, and judges its answers</title>
<rect x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="10" fill="#0d1117" stroke="#8b949e" stroke-width="1"/>
{dots}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.5"
 fill="{COLOURS["plain"]}" xml:space="preserve">
{rows}
</g>
</svg>
"""


def row(line: str, y: int) -> str:
    """Give one line, its states coloured."""
    if line.startswith("$ "):
        text = f'<tspan fill="{COLOURS["dim"]}">$</tspan><tspan font-weight="bold">{html.escape(line[1:])}</tspan>'
    else:
        text = re.sub(r"\b[A-Z]{4,}\b", coloured, html.escape(clipped(line)))
    return f'<text x="{LEFT}" y="{y}">{text}</text>'


def coloured(found: re.Match[str]) -> str:
    """Give a word in the colour of what it means."""
    word = found[0]
    return f'<tspan fill="{COLOURS[WORDS[word]]}">{word}</tspan>' if word in WORDS else word


def clipped(line: str) -> str:
    """Give a line no longer than the window."""
    most = (WIDTH - 2 * LEFT) // 8 - 1
    return line if len(line) <= most else line[: most - 1] + "…"


if __name__ == "__main__":
    PICTURE.write_text(drawn(session()), encoding="utf-8")
