"""Hosts and origins as calls and options write them, put into the form in which they are compared."""

from __future__ import annotations

import ipaddress
import re

from taskmock.contracts.findings.foreign_text import printable

LONGEST = 300
"""The most characters of a host or an origin; names in the DNS have 253 at most."""

_NAME = r"(?P<name>\[[0-9A-Fa-f:.]+\]|[\w.-]+)"
_HOST = re.compile(rf"{_NAME}(?::(?P<port>\d*))?", re.ASCII)
_ORIGIN = re.compile(rf"(?P<scheme>[a-z][a-z0-9+.-]*)://{_NAME}(?::(?P<port>\d+))?", re.ASCII)
_ALLOWED_HOST = re.compile(r"\*|\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_PORTS = {"http": "80", "https": "443"}


def host_name(host: str) -> str | None:
    """The name in a Host header, without its port and a final dot; None where it is none."""
    found = _HOST.fullmatch(host) if len(host) <= LONGEST else None
    return found["name"].lower().removesuffix(".") if found else None


def authority_of(target: str) -> str:
    """The host and port that an absolute target names, without a user; "" where the target is a path."""
    if target.startswith("/") or "://" not in target:
        return ""
    return _authority(target.partition("://")[2])


def origin_of(url: str) -> str | None:
    """The origin of a page by its URL; None where it has none (`about:blank`)."""
    scheme, _, rest = url.partition("://")
    return plain_origin(f"{scheme}://{_authority(rest)}")


def plain_origin(origin: str) -> str | None:
    """An origin as browsers send it: lower case, without the port that its scheme has anyway; None where it is none."""
    found = _ORIGIN.fullmatch(origin.lower()) if len(origin) <= LONGEST else None
    if found is None:
        return None
    scheme, name, port = found.group("scheme", "name", "port")
    return f"{scheme}://{name}{f':{port}' if port and port != _PORTS.get(scheme) else ''}"


def is_web_page(origin: str) -> bool:
    """Whether an origin is one of http or https, in the form of `plain_origin`."""
    return origin.partition("://")[0] in _PORTS


def name_of(origin: str) -> str:
    """The host's name in an origin."""
    found = _HOST.fullmatch(origin.partition("://")[2])
    return found["name"] if found else ""


def is_same(origin: str, host: str) -> bool:
    """Whether pages of an origin are those of a host; what ends TLS before the mock changes the scheme alone."""
    scheme, _, page = origin.partition("://")
    usual = _PORTS.get(scheme)
    there, here = _HOST.fullmatch(page), _HOST.fullmatch(host.lower())
    if usual is None or there is None or here is None:
        return False
    return (there["name"], there["port"] or usual) == (here["name"], here["port"] or usual)


def is_address(name: str) -> bool:
    """Whether a host's name is an IP address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def allowed_host(name: str) -> str:
    """The value of `--allow-host` in the form that is compared.

    Raises:
        ValueError: It cannot name a host.
    """
    plain = name.strip().lower().removesuffix(".")
    if not _ALLOWED_HOST.fullmatch(plain) or len(plain) > LONGEST:
        raise ValueError(
            f"the host {printable(name)[:LONGEST]!r} cannot be one; allowed: a name without a port "
            "(mock.example.com), a leading dot for it and all names below it (.example.com), * for all names"
        )
    return plain


def allowed_origin(origin: str) -> str:
    """The value of `--allow-origin` in the form that is compared.

    Raises:
        ValueError: It is no origin.
    """
    plain = plain_origin(origin.strip().removesuffix("/"))
    if plain is None:
        raise ValueError(
            f"the origin {printable(origin)[:LONGEST]!r} cannot be one; allowed: scheme, host and port as the "
            "browser shows them (https://app.example.com, http://10.0.0.7:5173)"
        )
    return plain


def _authority(rest: str) -> str:
    """What stands between `://` and the path of a URL, without a user."""
    return re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
