"""Whether a call may be answered: the gateway's question who calls, then the system's what they may see."""

from __future__ import annotations

import dataclasses
from collections.abc import Container

from taskmock.mockserver.api.bk_sops.access.auth import SCOPES, App, Auth, Grant, among
from taskmock.mockserver.api.bk_sops.errors import NOT_FOUND, UNKNOWN, Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Operation, Parameters, text_of
from taskmock.mockserver.core.graph import is_node_id

ANY_USER = "admin"
"""Who calls where no users are declared and the call names none."""

ANY_BUSINESS = "2"
"""The business that there is where none is declared: any other one is there too, for who names it."""

BUSINESS_ID = "bk_biz_id"

_ACTIONS = {
    "get_task_status": "task_view",
    "get_task_detail": "task_view",
    "get_task_node_detail": "task_view",
    "get_task_node_data": "task_view",
    "start_task": "task_operate",
    "operate_task": "task_operate",
    "operate_node": "task_operate",
    "node_callback": "task_operate",
    "create_task": "flow_create_task",
    "create_and_start_task": "flow_create_task",
    "get_template_info": "flow_view",
    "get_template_schemes": "flow_view",
}
"""The permission that a call needs (fact: the interceptors of bk-sops); `project_view` for all others."""


@dataclasses.dataclass(frozen=True, slots=True)
class Admission:
    """Which calls are admitted: without an `auth` every one that has credentials in each place.

    `now` is the moment in ms since 1970, for tokens that expire. `made` are the ids of the tasks that clients have
    made: no declaration can name them. With `by_app` an app calls by itself: its word on the user counts, if any.
    """

    gateway: Gateway
    auth: Auth | None
    now: int
    made: Container[str] = ()
    by_app: bool = False

    def caller(self, credentials: Parameters, operation: Operation) -> str:
        """Who calls, by the credentials that a call shows.

        Raises:
            RefusedError: The gateway does not believe them, or the app may not make the call.
        """
        token = _shown(credentials, "access_token")
        if token:
            return self._by_access_token(token, operation)
        code, secret = _shown(credentials, "bk_app_code"), _shown(credentials, "bk_app_secret")
        if not code:
            raise self.gateway.refused(Refusal.APP_CODE_MISSING)
        if not secret:
            raise self.gateway.refused(Refusal.APP_SECRET_MISSING)
        app = None
        if self.auth is not None:
            app = self.auth.app(code)
            if app is None:
                raise self.gateway.refused(Refusal.APP_UNKNOWN, app=code)
            if not app.knows(secret):
                raise self.gateway.refused(Refusal.APP_SECRET_WRONG, app=code)
        name = self._user(credentials, app)
        self._permit_app(app, operation)
        return name

    def _by_access_token(self, token: str, operation: Operation) -> str:
        if self.auth is None:
            return ANY_USER
        found = self.auth.user_of_access_token(token, self.now)
        if found is None:
            raise self.gateway.refused(Refusal.ACCESS_TOKEN_INVALID)
        user, app = found
        self._permit_app(app, operation)
        return user.name

    def _user(self, credentials: Parameters, app: App | None) -> str:
        token, name = _shown(credentials, "bk_token"), _shown(credentials, "bk_username")
        if self.by_app:
            return name or ("" if self.auth is not None and self.auth.users else ANY_USER)
        is_odd = any(not isinstance(credentials.get(field, ""), str) for field in ("bk_token", "bk_username"))
        if is_odd or not (token or name):
            raise self.gateway.refused(Refusal.USER_MISSING)
        if self.auth is None or app is None:
            return name or ANY_USER
        if token:
            user = self.auth.user_of_token(token, self.now)
            if user is None:
                raise self.gateway.refused(Refusal.TOKEN_INVALID)
            return user.name
        if not app.names_users:
            raise self.gateway.refused(Refusal.USER_UNVERIFIED)
        return name

    def _permit_app(self, app: App | None, operation: Operation) -> None:
        if app is not None and app.calls is not None and operation.name not in app.calls:
            raise self.gateway.refused(Refusal.APP_NOT_PERMITTED, app=app.code, operation=operation.name)

    def permit(self, caller: str, operation: Operation, parameters: Parameters) -> None:
        """Lets a caller do what a call asks for.

        Raises:
            RefusedError: There is no such business, it has no such task, or the caller may not see or operate it.
        """
        if self.auth is None or BUSINESS_ID not in operation.required:
            return
        business_id, scope = text_of(parameters, "bk_biz_id"), text_of(parameters, "scope") or SCOPES[0]
        business = self.auth.business(business_id, scope)
        if business is None:
            raise RefusedError(NOT_FOUND, f"project({business_id}) with scope({scope}) does not exist.")
        action = _ACTIONS.get(operation.name, "project_view")
        task_id = text_of(parameters, "task_id") if action.startswith("task") else ""
        if is_node_id(task_id):
            return  # no route of the system takes it, or it is the node of a task that the session has seen
        if task_id and not self._is_among(task_id, business.tasks):
            raise _no_task(operation, task_id, business_id)
        grants = self.auth.grants(caller)
        if grants is not None and not any(
            grant.covers(business_id, scope) and self._allows(grant, task_id, action) for grant in grants
        ):
            message = f"iam authentication exception, please check, action:{action}"
            raise RefusedError(UNKNOWN, message, extra={"data": None})

    def projects(self, caller: str) -> tuple[str, ...]:
        """The businesses that a caller may see, by id: those declared, else those that it was granted, else one."""
        grants = None if self.auth is None else self.auth.grants(caller)
        if self.auth is None or self.auth.businesses is None:
            named = [ANY_BUSINESS] if grants is None else [grant.bk_biz_id for grant in grants]
            return tuple(dict.fromkeys(ANY_BUSINESS if name == "*" else name for name in named))
        seen = (
            one.bk_biz_id
            for one in self.auth.businesses
            if grants is None or any(grant.covers(one.bk_biz_id, one.scope) for grant in grants)
        )
        return tuple(dict.fromkeys(seen))

    def owns(self, parameters: Parameters, task_id: str) -> bool:
        """Whether a task is one of the business that a call names."""
        if self.auth is None:
            return True
        business = self.auth.business(text_of(parameters, "bk_biz_id"), text_of(parameters, "scope") or SCOPES[0])
        return business is not None and self._is_among(task_id, business.tasks)

    def _allows(self, grant: Grant, task_id: str, action: str) -> bool:
        if grant.views_only and not action.endswith("view"):
            return False
        return not task_id or self._is_among(task_id, grant.tasks)

    def _is_among(self, task_id: str, globs: tuple[str, ...]) -> bool:
        # The number of a task is unknown before a client has made it.
        return task_id in self.made or among(task_id, globs)


def _shown(credentials: Parameters, name: str) -> str:
    """A credential, without blanks around it; "" where it is missing or no text."""
    value = credentials.get(name)
    return value.strip() if isinstance(value, str) else ""


def _no_task(operation: Operation, task_id: str, business_id: str) -> RefusedError:
    """That a business has no such task, as the call says it."""
    if operation.name == "get_task_status":
        reason = f"task[id={task_id}] get status error: TaskFlowInstance matching query does not exist."
        return RefusedError(UNKNOWN, reason)
    return RefusedError(
        NOT_FOUND, f"[API] {operation.name} task[id={task_id}] of project[{business_id}] does not exist"
    )
