"""Who is answered: the one policy for the hosts that calls name, and for the origins of the pages that send them.

It reads the head of a call alone, before anything is carried out; `docs/reference/http.md` has the table of it.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import logging
import re
import socket
import threading
from collections.abc import Iterable, Mapping

from taskmock.contracts.findings.foreign_text import printable
from taskmock.contracts.verify.transport.proxy import is_local
from taskmock.mockserver.http.message import Call, Fields, Reply
from taskmock.mockserver.http.origin import (
    LONGEST,
    allowed_host,
    allowed_origin,
    authority_of,
    host_name,
    is_address,
    is_same,
    is_web_page,
    name_of,
    origin_of,
    plain_origin,
)

LOG = logging.getLogger("taskmock")

MOST_REFUSALS = 20
"""How many refusals that differ are remembered."""

_PRIVATE = (".localhost", ".local", ".internal", ".test", ".home.arpa", ".svc", ".cluster.local")
_ASKED_METHOD = "access-control-request-method"
_ASKED_HEADERS = "access-control-request-headers"
_ASKED_NETWORK = "access-control-request-private-network"
_FETCH = frozenset({"sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site"})
_READ = _FETCH | {"host", "origin", "referer", _ASKED_METHOD, _ASKED_HEADERS, _ASKED_NETWORK}
_HEADER_NAMES = re.compile(r"[\w!#$%&'*+.^`|~, \t-]{1,4096}", re.ASCII)
_NOT_EXPOSED = frozenset({"content-type", "set-cookie"})


class Place(enum.Enum):
    """What a call leads to: the API, the admin API, or a link for browsers in it, which changes something."""

    API = "api"
    ADMIN = "admin"
    LINK = "link"


class Sender(enum.Enum):
    """Who sends a call: the mock's own page or a program, a page of an allowed origin, or any other page."""

    OWN = "own"
    GUEST = "guest"
    FOREIGN = "foreign"


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call is not carried out: the HTTP status, what is wrong, and what would be right."""

    status: int
    error: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.error}; {self.allowed}"


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a call; it is not carried out where there is a `refusal`.

    `grants` are the headers that let a page of another origin read the answer; a `preflight` is answered by them
    alone. Where the verdict `asks`, a person is to be asked first.
    """

    refusal: Refusal | None = None
    grants: Fields = ()
    preflight: bool = False
    asks: bool = False


_ADMITTED = Verdict()
_ASKED = Verdict(asks=True)
_CLOSED = Verdict(
    Refusal(
        403,
        "pages of other sites cannot use the admin API",
        "this site's own pages; a link that is typed or pasted; clients that are no browsers",
    )
)


class CallerPolicy:
    """Judges the head of each call.

    `hosts` are further names that the mock answers to (`.example.com` with all names below it, `*` for all names),
    `origins` further ones whose pages may use the API; without `cors` no page of another origin may. `host` is what
    the server listens on.

    Raises:
        ValueError: A host or an origin that cannot be one.
    """

    def __init__(
        self, hosts: Iterable[str] = (), origins: Iterable[str] = (), *, cors: bool = True, host: str = ""
    ) -> None:
        named = list(map(allowed_host, hosts))
        own = (socket.gethostname(), host)
        self._names = frozenset(name.lower().removesuffix(".") for name in own) | {n.lstrip(".") for n in named}
        self._endings = (*_PRIVATE, *(name for name in named if name.startswith(".")))
        self._origins = frozenset(map(allowed_origin, origins))
        self._cors = cors
        self._lock = threading.Lock()
        self._refused: dict[Refusal, int] = {}
        self._answers_to = functools.lru_cache(maxsize=256)(self._is_name_of_ours)

    def refused(self) -> list[tuple[Refusal, int]]:
        """The latest refusals that differ, and how many calls each has met."""
        with self._lock:
            return list(self._refused.items())

    def judge(self, call: Call, place: Place) -> Verdict:
        """What becomes of a call; a refusal is written to the log and remembered."""
        head: dict[str, str] = {}
        for name, value in call.headers:
            if name in _READ:
                head[name] = f"{head[name]}, {value}" if name in head else value
        verdict = self._verdict(call, head, place)
        if verdict.refusal is not None:
            self._note(call, verdict.refusal)
        return verdict

    def _verdict(self, call: Call, head: Mapping[str, str], place: Place) -> Verdict:
        host = authority_of(call.target) or head.get("host", "")
        if len(host) > LONGEST or not self._answers_to(host):
            return Verdict(_wrong_host(host))
        if head.keys() <= {"host"}:
            return _ADMITTED  # what programs send
        sender = self._sender(head, host)
        if place is not Place.API:
            if sender is Sender.OWN and _site(head) in {None, "same-origin", "none"}:
                return _ADMITTED
            return _ASKED if place is Place.LINK and _may_be_link(call, head) else _CLOSED
        if sender is Sender.FOREIGN:
            return _ADMITTED if _navigates(call, head) else Verdict(self._wrong_page(head))
        origin = head.get("origin")
        if origin is None or not self._cors:
            return _ADMITTED
        if call.method == "OPTIONS" and _ASKED_METHOD in head:
            return Verdict(grants=_preflight(origin, head), preflight=True)
        return Verdict(grants=_grants(origin))

    def _is_name_of_ours(self, host: str) -> bool:
        """Whether the mock answers to a Host header: nobody else can make such a name lead here."""
        name = host_name(host) if host else ""
        if name is None:
            return False
        return (
            "." not in name
            or name.endswith(self._endings)
            or not self._names.isdisjoint((name, "*"))
            or is_address(name)
        )

    def _sender(self, head: Mapping[str, str], host: str) -> Sender:
        """Who sends a call, by what the browser tells: Origin first, then Sec-Fetch-Site, then Referer."""
        site, origin = _site(head), head.get("origin")
        if origin is None and site is not None:
            if site in {"same-origin", "none"}:
                return Sender.OWN
            return self._guest() if site == "same-site" else Sender.FOREIGN
        if origin is None and not head.get("referer"):
            return Sender.OWN
        page = _page(head)
        if page is None:
            return Sender.FOREIGN
        if is_same(page, host):
            return Sender.OWN
        if not self._is_listed(page):
            return Sender.FOREIGN
        # A browser knows one origin alone where a dev server forwards the call under another host.
        return Sender.OWN if site in {"same-origin", "none"} else self._guest()

    def _guest(self) -> Sender:
        return Sender.GUEST if self._cors else Sender.FOREIGN

    def _is_listed(self, page: str) -> bool:
        return (is_web_page(page) and is_local(name_of(page))) or page in self._origins

    def _wrong_page(self, head: Mapping[str, str]) -> Refusal:
        origin = head.get("origin")
        page = _page(head)
        if origin is not None and page is None:
            error = "a page without an origin of its own (a file, a sandboxed frame) may not call this mock"
            return Refusal(403, error, "let http://localhost serve the page")
        error = f"a page of {page or 'another site'} may not call this mock"
        option = f"--allow-origin {page or 'ORIGIN'}"
        if not self._cors:
            listed = page is not None and self._is_listed(page)
            return Refusal(403, error, f"start it without --no-cors{'' if listed else f' and with {option}'}")
        setting = f"Settings(allow_origins=[{page or 'ORIGIN'!r}])"
        how = " and let the page call with fetch(), which tells its origin" if origin is None else ""
        return Refusal(403, error, f"start it with {option} ({setting}){how}")

    def _note(self, call: Call, refusal: Refusal) -> None:
        LOG.warning(
            "refused %s %s: %s, %s", printable(call.method), printable(call.path)[:200], refusal.status, refusal
        )
        with self._lock:
            self._refused[refusal] = self._refused.pop(refusal, 0) + 1
            while len(self._refused) > MOST_REFUSALS:
                del self._refused[next(iter(self._refused))]


def granted(reply: Reply, grants: Fields) -> Reply:
    """A reply that a page of another origin can read, all its headers too; itself where there are no `grants`."""
    if not grants:
        return reply
    names = dict.fromkeys(name for name, _ in reply.headers if name.lower() not in _NOT_EXPOSED)
    exposed = ("Access-Control-Expose-Headers", ", ".join(names))
    return Reply(reply.status, (*reply.headers, *grants, exposed), reply.body, reply.delivery)


def _wrong_host(host: str) -> Refusal:
    name = host_name(host)
    if name is None:
        return Refusal(421, f"the host {printable(host)[:80]!r} cannot be one", "such as localhost:8070")
    option = f"--allow-host {name} (Settings(allow_hosts=[{name!r}]))"
    return Refusal(421, f"this mock does not answer to the host {name}", f"start it with {option}")


def _site(head: Mapping[str, str]) -> str | None:
    """Where the page is, as the browser tells it: same-origin, same-site, cross-site, none; None where it does not."""
    site = head.get("sec-fetch-site")
    return None if site is None else site.lower()


def _page(head: Mapping[str, str]) -> str | None:
    """The origin of the page that sends a call, as the browser tells it; None where it has none."""
    origin = head.get("origin")
    return origin_of(head.get("referer", "")) if origin is None else plain_origin(origin)


def _navigates(call: Call, head: Mapping[str, str]) -> bool:
    """Whether a window of the browser is led here: by no frame, no form that posts, and for no part of a page."""
    told = head.get("sec-fetch-mode", "").lower(), head.get("sec-fetch-dest", "").lower()
    return call.method == "GET" and told == ("navigate", "document")


def _may_be_link(call: Call, head: Mapping[str, str]) -> bool:
    """Whether a call may be a link that is followed: browsers tell it to localhost and over TLS only."""
    return _navigates(call, head) or (call.method == "GET" and head.keys().isdisjoint({"origin", *_FETCH}))


def _grants(origin: str) -> Fields:
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
    )


def _preflight(origin: str, head: Mapping[str, str]) -> Fields:
    asked = head.get(_ASKED_HEADERS, "")
    more = [("Access-Control-Allow-Headers", asked)] if _HEADER_NAMES.fullmatch(asked) else []
    if _ASKED_NETWORK in head:
        more.append(("Access-Control-Allow-Private-Network", "true"))
    return (
        *_grants(origin)[:2],
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
        *more,
        ("Access-Control-Max-Age", "600"),
        ("Vary", f"Origin, {_ASKED_METHOD}, {_ASKED_HEADERS}"),
    )
