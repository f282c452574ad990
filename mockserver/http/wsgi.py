"""A call as the environment of a WSGI application."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from taskmock.mockserver.http.message import Call

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


def build_environ(call: Call) -> WSGIEnvironment:
    """The environment of a call; it has no variable of the process."""
    host, port = _server(call.header("host") or "localhost")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(call.path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": call.query,
        "REQUEST_URI": call.target,
        "RAW_URI": call.target,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{call.version}",
        "REMOTE_ADDR": call.client,
        "CONTENT_LENGTH": str(len(call.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in call.headers:
        _add_header(environ, name, value)
    return environ


def _server(host: str) -> tuple[str, str]:
    """The name and the port in a Host header; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and port.isdecimal() else (host, "80")


def _add_header(environ: WSGIEnvironment, name: str, value: str) -> None:
    if name in {"content-length", "transfer-encoding"} or "_" in name:
        # The body is whole already; `x_name` would pass for `x-name`.
        return
    key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
    joint = "; " if name == "cookie" else ","
    environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
