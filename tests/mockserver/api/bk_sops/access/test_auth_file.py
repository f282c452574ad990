"""Files that declare who may call: read whole, all mistakes at once, and no secret in any message."""

import json

import pytest

from taskmock.mockserver.api.bk_sops.access.auth import App, Auth, Business, Grant, Token, User
from taskmock.mockserver.api.bk_sops.access.auth_file import AuthError, load_auth, read_auth
from taskmock.schemas import load_operations

WHOLE = """
format: 1
apps:
  - {code: shop, secret: s3cret, names_users: true}
  - {code: kiosk, secrets: [k1, k2], calls: [get_task_status]}
users:
  - name: alice
    tokens: [t1, {token: t2, expires: 2030-01-01T00:00:00Z}]
    access_tokens: [{token: a1, app: shop, expires: 2030-01-01T08:00:00+08:00}]
    sees: [2, {bk_biz_id: 3, scope: project, tasks: ["1*"], views_only: true}]
  - {name: bob}
businesses: [2, {bk_biz_id: 3, scope: project, tasks: ["1*"]}]
"""
YEAR_2030 = 1_893_456_000_000


def test_auth_file_declares_everything():
    assert read_auth(WHOLE, source="auth.yaml") == Auth(
        apps=(
            App(code="shop", secrets=("s3cret",), names_users=True),
            App(code="kiosk", secrets=("k1", "k2"), calls=("get_task_status",)),
        ),
        users=(
            User(
                name="alice",
                tokens=(Token(value="t1"), Token(value="t2", expires=YEAR_2030)),
                access_tokens=(Token(value="a1", app="shop", expires=YEAR_2030),),
                sees=(
                    Grant(bk_biz_id="2"),
                    Grant(bk_biz_id="3", scope="project", tasks=("1*",), views_only=True),
                ),
            ),
            User(name="bob"),
        ),
        businesses=(Business(bk_biz_id="2"), Business(bk_biz_id="3", scope="project", tasks=("1*",))),
    )


def test_auth_file_may_be_json(tmp_path):
    file = tmp_path / "auth.json"
    file.write_text(json.dumps({"apps": [{"code": "shop", "secret": "s"}]}), encoding="utf-8")

    assert load_auth(file) == Auth(apps=(App(code="shop", secrets=("s",)),))


def test_secrets_are_in_no_representation():
    shown = repr(read_auth(WHOLE, source="auth.yaml"))

    assert not any(secret in shown for secret in ("s3cret", "k1", "k2", "'t1'", "'t2'", "'a1'"))


CALLS = ", ".join(load_operations())
WRONG = {
    "": "auth:1:1: the file declares nothing; allowed: apps: [{code: shop, secret: s3cret}]",
    "[1]": "auth:1:1: the file is a list; allowed: apps: [{code: shop, secret: s3cret}]",
    "app: []": (
        "auth:1:1: unknown key 'app' in the file; allowed: format, apps, users, businesses; did you mean 'apps'?"
    ),
    "apps: shop": "auth:1:7: apps is '***'; allowed: a list",
    "apps: [{code: a}]": "auth:1:8: an app has no 'secret'; allowed: secret: the app's secret",
    "apps: [{secret: a}]": "auth:1:8: an app has no 'code'; allowed: code: the app's code",
    "apps: [{code: a, secret: b}, {code: a, secret: c}]": (
        "auth:1:1: 'a' is declared twice in apps; allowed: each once"
    ),
    "apps: [{code: a, secret: b, calls: [get_task_statu]}]": (
        f"auth:1:37: calls is 'get_task_statu'; allowed: {CALLS}; did you mean 'get_task_status'?"
    ),
    "users: [{tokens: [a]}]": "auth:1:9: a user has no 'name'; allowed: name: the user's name",
    "users: [{name: a, access_tokens: [{token: b, app: c}]}]": (
        "auth:1:46: no app has the code 'c'; allowed: none is declared"
    ),
    "users: [{name: a, tokens: [{token: b, expires: soon}]}]": (
        "auth:1:39: expires is 'soon'; allowed: a moment with its zone: 2030-01-01T00:00:00Z"
    ),
    "users: [{name: a, sees: [{bk_biz_id: 2, scope: projekt}]}]": (
        "auth:1:48: scope is 'projekt'; allowed: cmdb_biz, project; did you mean 'project'?"
    ),
    "format: 2": "auth:1:9: format is '2'; allowed: 1",
}


@pytest.mark.parametrize("text", WRONG)
def test_auth_file_says_what_is_wrong(text):
    with pytest.raises(AuthError) as caught:
        read_auth(text, source="auth")

    assert str(caught.value) == WRONG[text]


def test_auth_file_says_all_that_is_wrong_at_once():
    with pytest.raises(AuthError) as caught:
        read_auth("app: 1\nusers: [{nam: x}]\nbusinesses: 2", source="auth")

    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]


BROKEN = [
    "apps: [{code: a, secret: {x: sesame}}]",
    "apps: [{code: a, secret: [sesame]}]",
    "apps:\n- code: a\n  secret: 'sesame",
    "apps:\n- code: a\n  secret:sesame\n  names_users: true",
    "apps:\n- code: a\n  secret：sesame\n",
    "apps:\n- code: a\n\tsecret: sesame",
    "apps: [{code: a, secret: @sesame}]",
    "users: [{name: a, tokens: [{tokn: sesame}]}]",
    "users: [{name: a, tokens: [[sesame]]}]",
    "users: [{name: a, access_tokens: [sesame]}]",
    "apps: [{code: a, secret: sesame, secret: sesame}]",
    '{"apps": [{"code": "a", "secret": "sesame}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_no_message_tells_a_secret(text):
    with pytest.raises(AuthError) as caught:
        read_auth(text, source="auth")

    assert "sesame" not in str(caught.value)


def test_auth_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(AuthError) as caught:
        load_auth(tmp_path / "none.yaml")

    assert str(caught.value) == f"{tmp_path / 'none.yaml'}: cannot be read (No such file or directory)"
