"""Which hosts are this machine, and which proxy leads to the others."""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
import urllib.parse


@dataclasses.dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy; `authorization` is the value of Proxy-Authorization, where the environment names a user."""

    host: str
    port: int
    authorization: str | None = dataclasses.field(default=None, repr=False)


class ProxyError(ValueError):
    """A proxy of the environment that cannot be used; the text says why."""


def is_local(host: str) -> bool:
    """Whether a host is this machine: `localhost`, a name below it, or a loopback address."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """The proxy that the environment (`HTTPS_PROXY`, `NO_PROXY`) or the system names; None for this machine.

    Raises: ProxyError where it is none that speaks HTTP.
    """
    if is_local(host):
        return None
    import urllib.request

    named = urllib.request.getproxies()
    url = named.get(scheme) or named.get("all")
    if not url or urllib.request.proxy_bypass(host):
        return None
    try:
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or 80
    except ValueError:
        raise ProxyError(f"the proxy for {scheme} has no usable address") from None
    if parts.scheme != "http" or not parts.hostname:
        raise ProxyError(f"the proxy for {scheme} is a {parts.scheme}:// one, only http:// ones can be used")
    return Proxy(parts.hostname, port, _basic(parts))


def _basic(parts: urllib.parse.SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode('utf-8')).decode('ascii')}"
