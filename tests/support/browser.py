"""A real browser without a window, for what only a browser can tell of a page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    *("--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    *(
        "--disable-features=OptimizationHints,MediaRouter,Translate",
        "--disable-default-apps",
        "--metrics-recording-only",
    ),
)

OWN_ERRANDS = re.compile(r"^\w+ (?:[a-z0-9-]+[.])+(?:google|googleapis|gvt1)[.]com/")
"""What a browser asks its maker, whatever page it shows."""


def program() -> str:
    """The browser; a test is skipped without one, but in CI nothing may be left out."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), "")
    if not found and os.environ.get("CI") != "true":
        pytest.skip("no Chromium is installed")
    assert found, "CI needs Chromium"
    return found


def document_of(page: str, profile: Path) -> tuple[str, list[str]]:
    """The document that a browser makes of a page, as HTML, and every request that it sends anywhere for it.

    Every host there is leads to a server of our own.
    """
    requests: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(f"{self.command} {self.headers['Host']}{self.path}")
            content = page.encode("utf-8")
            self.send_response(200 if self.path == "/report.html" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the server's word

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        every_host = f"--host-resolver-rules=MAP * 127.0.0.1:{port}"
        command = [program(), *QUIET, every_host, f"--user-data-dir={profile}", "--dump-dom"]
        try:
            result = subprocess.run(
                [*command, "http://page.example/report.html"], capture_output=True, check=True, timeout=120
            )
        finally:
            server.shutdown()
            thread.join()
    return result.stdout.decode("utf-8"), [request for request in requests if not OWN_ERRANDS.search(request)]
