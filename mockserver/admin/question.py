"""The page that asks a person whether a link from another page is to be followed."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from taskmock.contracts.findings.foreign_text import printable

_LONGEST = 120

HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),  # by which a browser that tells no more shows whose page it is
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
)
"""No other page may show the question in a frame, or reach into its window."""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>taskmock: {title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; --ground: #fff; --text: #1b1f24; --quiet: #59636e; --line: #d1d9e0;
  --action: #0969da; --on-action: #fff }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ground: #0d1117; --text: #e6edf3; --quiet: #9198a1; --line: #3d444d; --action: #1f6feb }}
}}
body {{ margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 34rem; margin: 12vh auto 2rem; padding: 0 1rem }}
h1 {{ font-size: 1.35rem; line-height: 1.3; margin: 0 0 .75rem; overflow-wrap: anywhere }}
p {{ margin: 0 0 .75rem; overflow-wrap: anywhere }}
dl {{ margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 6px;
  display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }}
dt, .quiet {{ color: var(--quiet) }}
dd {{ margin: 0; overflow-wrap: anywhere }}
a {{ display: inline-block; margin: .5rem 0 1rem; padding: .5rem 1.25rem; border-radius: 6px;
  background: var(--action); color: var(--on-action); text-decoration: none; font-weight: 600 }}
a:hover {{ text-decoration: underline }}
a:focus-visible {{ outline: 3px solid var(--text); outline-offset: 2px }}
@media (max-width: 30rem) {{ main {{ margin-top: 2rem }} a {{ display: block; text-align: center }}
  dl {{ grid-template-columns: 1fr; gap: 0 }} dd {{ margin-bottom: .5rem }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>A link on another page leads to this mock server. What the session has played is forgotten, and this browser belongs
to it from then on.</p>
<dl>{rows}</dl>
<p><a href="?{query}">Open the session</a></p>
<p class="quiet">If you did not follow a link, close this page: nothing has changed.</p>
</main>
</body>
</html>
"""
_ROWS = (
    ("session", "Session"),
    ("scenario", "Scenario"),
    ("task", "Task"),
    ("clock", "Clock"),
    ("speed", "Speed"),
    ("at", "Second"),
    ("seek", "Moment"),
    ("fault", "Fault"),
    ("next", "Goes on to"),
)


def question(query: Mapping[str, Any], written: str) -> str:
    """The page for a link with this query, as it is and as it was `written`; it holds no script.

    The address of its own link is relative, so that it leads through a dev server's proxy too.
    """
    session, scenario = query.get("session"), query.get("scenario")
    title = f"Open {f'session {_text(session)}' if session else 'a new session'}"
    title += f" with scenario {_text(scenario)}?" if scenario else "?"
    rows = "".join(f"<dt>{label}</dt><dd>{_text(query[name])}</dd>" for name, label in _ROWS if query.get(name))
    return _PAGE.format(title=title, rows=rows or "<dt>Session</dt><dd>a new one</dd>", query=html.escape(written))


def _text(value: object) -> str:
    text = printable(str(value))
    return html.escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
