"""Reads a file that declares who may call (`--auth FILE`): YAML or JSON, all mistakes at once, no secret told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeVar

from taskmock.mockserver.api.bk_sops.access.auth import SCOPES, App, Auth, Business, Grant, Token, User
from taskmock.mockserver.core.errors import UNREADABLE, Problem, ScenarioError
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of, items_of
from taskmock.mockserver.scenarios.reader.scalars import read_choice, read_text
from taskmock.mockserver.scenarios.syntax.nodes import Node, Scalar, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems
from taskmock.mockserver.scenarios.syntax.source import root_of, text_of
from taskmock.schemas import closest, load_operations

FORMAT = "1"
"""The version of the grammar that this reader knows."""

EXAMPLE = "apps: [{code: shop, secret: s3cret}]"
_EMPTY = "the file declares nothing"
_TOKEN = "a text, or {token: TEXT, expires: 2030-01-01T00:00:00Z}"  # noqa: S105

_HARMLESS = frozenset({"bad-choice", "missing-key", "not-moment", "twice", "unknown-app", "unknown-key"})
"""Problems that quote words, names and moments alone."""

# A quotation that nothing closes is passed over to the end: otherwise each quotation mark in it would be tried.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*(?:(')|\\?\Z)", re.DOTALL)

_Read = TypeVar("_Read")
_Place = TypeVar("_Place", bound=Business)


class AuthError(ScenarioError):
    """A file of declarations that cannot be read: all its problems, in the order of the text, and no secret in them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(problem if problem.code in _HARMLESS else _blotted(problem) for problem in problems)


def _blotted(problem: Problem) -> Problem:
    """The problem without what it quotes of the text: any of that may be a secret in the wrong place."""
    message = _QUOTED.sub(lambda found: "'***'" if found[1] else found[0], problem.message)
    return dataclasses.replace(problem, message=message)


def load_auth(path: Path) -> Auth:
    """What a file declares.

    Raises:
        AuthError: The file cannot be read, or is wrong.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = Problem(str(path), 1, 1, UNREADABLE, f"cannot be read ({error.strerror})")
        raise AuthError([problem]) from None
    return read_auth(content, source=str(path))


def read_auth(text: str | bytes, *, source: str) -> Auth:
    """What a YAML or JSON text declares; `source` names it in messages.

    Raises:
        AuthError: With all that is wrong with the text.
    """
    try:
        decoded = text_of(text, source=source)
        problems = Problems(source, decoded)
        auth = _auth(root_of(decoded, problems, empty=_EMPTY, allowed=EXAMPLE), problems)
        if auth is None or problems:
            raise problems.error()
    except ScenarioError as error:
        raise AuthError(error.problems) from None
    return auth


def _auth(root: Node, problems: Problems) -> Auth | None:
    if isinstance(root, Scalar) and not root.text:
        if not problems:
            problems.add(0, "empty", _EMPTY, allowed=EXAMPLE)
        return None
    keys = ("format", "apps", "users", "businesses")
    fields = fields_of(root, problems, keys=keys, what="the file", example=EXAMPLE)
    if fields is None:
        return None
    version = fields.node("format")
    if version is not None:
        read_choice(version, problems, what="format", choices=(FORMAT,))
    apps = _listed(fields, "apps", _app)
    codes = {app.code for app in apps}
    users = _listed(fields, "users", lambda node, found: _user(node, found, codes))
    _refuse_twice(fields, "apps", [app.code for app in apps])
    _refuse_twice(fields, "users", [user.name for user in users])
    businesses = _listed(fields, "businesses", _business) if "businesses" in fields else None
    return Auth(apps=apps, users=users, businesses=businesses)


def _app(node: Node, problems: Problems) -> App | None:
    fields = fields_of(
        node, problems, keys=("code", "secret", "secrets", "names_users", "calls"), what="an app", example=EXAMPLE
    )
    if fields is None:
        return None
    fields.require("code", allowed="the app's code")
    if "secret" not in fields and "secrets" not in fields:
        fields.require("secret", allowed="the app's secret")
    secret = fields.text("secret")
    secrets = tuple(filter(None, [secret, *_texts(fields, "secrets")]))
    calls = _texts(fields, "calls", known=tuple(load_operations())) if "calls" in fields else None
    return App(code=fields.text("code") or "", secrets=secrets, names_users=fields.flag("names_users"), calls=calls)


def _user(node: Node, problems: Problems, codes: Collection[str]) -> User | None:
    fields = fields_of(
        node,
        problems,
        keys=("name", "tokens", "access_tokens", "sees"),
        what="a user",
        example="{name: alice, tokens: [t0ken]}",
    )
    if fields is None:
        return None
    fields.require("name", allowed="the user's name")
    return User(
        name=fields.text("name") or "",
        tokens=_listed(fields, "tokens", lambda item, found: _token(item, found, None)),
        access_tokens=_listed(fields, "access_tokens", lambda item, found: _token(item, found, codes)),
        sees=_listed(fields, "sees", _grant) if "sees" in fields else None,
    )


def _token(node: Node, problems: Problems, codes: Collection[str] | None) -> Token | None:
    """A login token, or where `codes` of apps are given an access token of one of them."""
    if isinstance(node, Scalar) and codes is None:
        value = read_text(node, problems, what="a token")
        return None if value is None else Token(value=value)
    example = _TOKEN if codes is None else "{token: TEXT, app: CODE}"
    keys = ("token", "expires") if codes is None else ("token", "app", "expires")
    fields = fields_of(node, problems, keys=keys, what="a token", example=example)
    if fields is None:
        return None
    fields.require("token", allowed="the token itself")
    app = None
    if codes is not None:
        fields.require("app", allowed="the code of an app")
        app = fields.text("app")
        if app is not None and app not in codes:
            allowed = ", ".join(sorted(codes)) or "none is declared"
            meant = closest(app, codes)
            wrong = f"no app has the code {quoted(app)}"
            problems.add(fields.key("app"), "unknown-app", wrong, allowed=allowed, meant=meant)
    return Token(value=fields.text("token") or "", expires=_moment(fields, "expires"), app=app)


def _moment(fields: Fields, key: str) -> int | None:
    """A moment in ms since 1970."""
    text = fields.text(key)
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        wrong = f"{key} is {quoted(text)}"
        allowed = "a moment with its zone: 2030-01-01T00:00:00Z"
        fields.problems.add(fields.key(key), "not-moment", wrong, allowed=allowed)
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp() * 1000)


def _grant(node: Node, problems: Problems) -> Grant | None:
    example = '{bk_biz_id: 2, tasks: ["1*"]}'
    return _place(node, problems, Grant, flags=("views_only",), what="a grant", example=example)


def _business(node: Node, problems: Problems) -> Business | None:
    return _place(node, problems, Business, what="a business", example="2, or {bk_biz_id: 3, scope: project}")


def _place(
    node: Node, problems: Problems, kind: type[_Place], *, flags: tuple[str, ...] = (), **words: str
) -> _Place | None:
    """A business with its tasks, or what a user may see of one; the id alone stands for all its tasks."""
    if isinstance(node, Scalar):
        business_id = read_text(node, problems, what="a business")
        return None if business_id is None else kind(bk_biz_id=business_id)
    fields = fields_of(node, problems, keys=("bk_biz_id", "scope", "tasks", *flags), **words)
    if fields is None:
        return None
    fields.require("bk_biz_id", allowed="the id of a business")
    scope = fields.node("scope")
    read = None if scope is None else read_choice(scope, fields.problems, what="scope", choices=SCOPES)
    tasks = _texts(fields, "tasks") if "tasks" in fields else ("*",)
    said = {flag: fields.flag(flag) for flag in flags}
    return kind(bk_biz_id=fields.text("bk_biz_id") or "", scope=read or SCOPES[0], tasks=tasks, **said)


def _texts(fields: Fields, key: str, *, known: Collection[str] = ()) -> tuple[str, ...]:
    """The texts of a list, each one of those that are known where there are such."""

    def text(node: Node, problems: Problems) -> str | None:
        if known:
            return read_choice(node, problems, what=key, choices=tuple(known))
        return read_text(node, problems, what=key)

    return _listed(fields, key, text)


def _listed(fields: Fields, key: str, read: Callable[[Node, Problems], _Read | None]) -> tuple[_Read, ...]:
    """The items of a list; none where it is not there. What cannot be read is noted and left out."""
    node = fields.node(key)
    if node is None:
        return ()
    items = items_of(node, fields.problems, what=key, example="a list")
    return tuple(found for found in (read(item, fields.problems) for item in items) if found is not None)


def _refuse_twice(fields: Fields, key: str, names: list[str]) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        wrong = f"{quoted(name)} is declared twice in {key}"
        fields.problems.add(fields.key(key), "twice", wrong, allowed="each once")
