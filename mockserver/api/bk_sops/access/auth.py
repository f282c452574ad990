"""Declared callers: apps with their secrets, users with their tokens, and what each of them may see."""

from __future__ import annotations

import dataclasses
import fnmatch
import hmac
from collections.abc import Iterable

SCOPES = ("cmdb_biz", "project")
"""What a `bk_biz_id` may count: businesses (the default), or projects (fact)."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret that identifies a user, until `expires` (ms since 1970; None: for ever).

    An access token speaks for a user of one app, whose code is `app`; a login token has none.
    """

    value: str = dataclasses.field(repr=False)
    expires: int | None = None
    app: str | None = None

    def holds(self, shown: str, now: int) -> bool:
        """Whether it is the token that was shown, and is good at a moment in ms since 1970."""
        return _same(self.value, shown) and (self.expires is None or now < self.expires)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app: any of its `secrets` is good. With `names_users` it is on the white list: its word on the user counts.

    `calls` are the calls that it may make; None stands for all.
    """

    code: str
    secrets: tuple[str, ...] = dataclasses.field(repr=False)
    names_users: bool = False
    calls: tuple[str, ...] | None = None

    def knows(self, secret: str) -> bool:
        """Whether a secret is one of the app's."""
        return any(_same(own, secret) for own in self.secrets)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """A business (or project) that is there, and the globs of the task ids that it has."""

    bk_biz_id: str
    scope: str = SCOPES[0]
    tasks: tuple[str, ...] = ("*",)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Business):
    """Tasks (globs) of a business, of any where it is "*", that a user may see, and operate unless `views_only`."""

    views_only: bool = False

    def covers(self, bk_biz_id: str, scope: str) -> bool:
        """Whether it is about a business."""
        return self.bk_biz_id == "*" or (self.bk_biz_id, self.scope) == (bk_biz_id, scope)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user: the tokens that show who it is, and what it may see (None: everything)."""

    name: str
    tokens: tuple[Token, ...] = ()
    access_tokens: tuple[Token, ...] = ()
    sees: tuple[Grant, ...] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """All that is declared. `businesses` are those there are; None: any is."""

    apps: tuple[App, ...] = ()
    users: tuple[User, ...] = ()
    businesses: tuple[Business, ...] | None = None

    def app(self, code: str) -> App | None:
        """The app of a code."""
        return next((app for app in self.apps if app.code == code), None)

    def user_of_token(self, shown: str, now: int) -> User | None:
        """Whose login token was shown, if it is good at a moment (ms since 1970)."""
        return next((user for user in self.users if any(token.holds(shown, now) for token in user.tokens)), None)

    def user_of_access_token(self, shown: str, now: int) -> tuple[User, App] | None:
        """Whose access token was shown, and for which app it speaks, if it is good at a moment (ms since 1970)."""
        for user in self.users:
            for token in user.access_tokens:
                app = self.app(token.app or "")
                if token.holds(shown, now) and app is not None:
                    return user, app
        return None

    def business(self, bk_biz_id: str, scope: str) -> Business | None:
        """A business that is there."""
        if self.businesses is None:
            return Business(bk_biz_id=bk_biz_id, scope=scope)
        found = (one for one in self.businesses if (one.bk_biz_id, one.scope) == (bk_biz_id, scope))
        return next(found, None)

    def grants(self, name: str) -> tuple[Grant, ...] | None:
        """What a user may see; None for everything. Where users are declared, one who is not sees nothing."""
        undeclared = () if self.users else None
        return next((user.sees for user in self.users if user.name == name), undeclared)


def among(task_id: str, globs: Iterable[str]) -> bool:
    """Whether a task's id is one of those that globs stand for."""
    return any(fnmatch.fnmatchcase(task_id, pattern) for pattern in globs)


def _same(secret: str, shown: str) -> bool:
    return hmac.compare_digest(secret.encode("utf-8", "surrogatepass"), shown.encode("utf-8", "surrogatepass"))
