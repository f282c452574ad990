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
SHOW = "taskmock scenarios show failed-then-retried"
SERVE = "taskmock serve --scenario failed-then-retried --clock polls"
QUERY = "bk_biz_id=2&task_id=10&bk_app_code=app&bk_app_secret=x&bk_token=x"
STATES = 'for poll in 1 2 3 4 5 6 7; do curl -s "$URL" | jq -r .data.state; done'
STATUS = 'curl -s "$URL" | '
CHART = {"█": "busy", "×": "bad", "─": "good", "░": "dim", "·": "dim"}
WORDS = {"FINISHED": "good", "RUNNING": "busy", "CREATED": "dim", "READY": "dim", "FAILED": "bad"}
COLOURS = {"good": "#7ee787", "busy": "#79c0ff", "bad": "#ff7b72", "dim": "#8b949e", "plain": "#e6edf3"}
WIDTH, LINE, LEFT, TOP = 880, 20, 22, 62


def session() -> list[str]:
    """Give the lines of the session, commands with their `$ `."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
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
    shown = f'$ URL="http://127.0.0.1:8070/api/c/compapi/v2/sops/get_task_status/?{QUERY}"'
    validate = f"{STATUS}taskmock validate -"
    broken = f"{STATUS}sed 's/,\"retry\":0//' | taskmock validate -"
    return [
        f"$ {SHOW}",
        *run(f"{SHOW} --width 100"),
        f"$ {SERVE} &",
        ready,
        shown,
        f"$ {STATES}",
        " ".join(run(STATES)),
        f"$ {validate}",
        *run(validate),
        f"$ {broken}",
        *run(broken)[:5],
    ]


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
<title>A terminal: taskmock draws a scenario, plays it poll by poll, and judges its answers</title>
<rect x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="10" fill="#0d1117" stroke="#8b949e" stroke-width="1"/>
{dots}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.5"
 fill="{COLOURS["plain"]}">
{rows}
</g>
</svg>
"""


def row(line: str, y: int) -> str:
    """Give one line, its states coloured."""
    if line.startswith("$ "):
        command = escaped(clipped(line)[1:])
        text = f'<tspan fill="{COLOURS["dim"]}">$</tspan><tspan font-weight="bold">{command}</tspan>'
    else:
        # `scenarios show` is what has colours in a terminal.
        marked = any(mark in line for mark in CHART)
        text = re.sub(r"([█×─░·])\1*|\b[A-Z]{4,}\b" if marked else r"(?!)", coloured, escaped(clipped(line)))
    return f'<text x="{LEFT}" y="{y}">{text}</text>'


def escaped(text: str) -> str:
    """Give a text that keeps its columns: browsers fold spaces, and differ in where they heed `xml:space`."""
    return html.escape(text).replace(" ", "\N{NO-BREAK SPACE}")


def coloured(found: re.Match[str]) -> str:
    """Give a word in the colour of what it means."""
    word = found[0]
    meaning = WORDS.get(word) or CHART.get(word[0])
    return f'<tspan fill="{COLOURS[meaning]}">{word}</tspan>' if meaning else word


def clipped(line: str) -> str:
    """Give a line no longer than the window."""
    most = (WIDTH - 2 * LEFT) // 8 - 1
    return line if len(line) <= most else line[: most - 1] + "…"


if __name__ == "__main__":
    PICTURE.write_text(drawn(session()), encoding="utf-8")
