"""Credentials follow a redirect to the server that they are for, and to no other."""

import pytest

from taskmock.contracts.verify.transport.redirect import is_same_place, joined


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://h/a", "http://h/b"),
        ("http://h/a", "http://h:80/b"),
        ("http://h:8000/a", "http://H:8000/b"),
        ("https://h:443/a", "https://h/b"),
        ("http://h/a", "https://h/a"),
        ("http://h:80/a", "https://h:443/a"),
    ],
)
def test_same_server_is_the_same_place(url, target):
    assert is_same_place(url, target)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://h/a", "http://g/a"),
        ("http://h/a", "http://h:8080/a"),
        ("http://h/a", "http://h:0/a"),
        ("http://h/a", "https://h:8443/a"),
        ("http://h/a", "https://h:80/a"),
        ("http://h:8000/a", "https://h/a"),
        ("http://h:8000/a", "https://h:8000/a"),
        ("http://h:8000/a", "https://h:9000/a"),
        ("https://h/a", "http://h/a"),
        ("https://h/a", "http://h:443/a"),
        ("http://h/a", "http://h:x/a"),
        ("http://h/a", "ftp://h:80/a"),
    ],
)
def test_other_server_is_another_place(url, target):
    assert not is_same_place(url, target)


@pytest.mark.parametrize("location", ["http://[::1", "a://[", "//[", "//[x]/", "//]"])
def test_what_is_no_url_leads_nowhere(location):
    assert joined("http://h/a", location) is None


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("b", "http://h/b"),
        (" \t/b\r\n /c ", "http://h/b%20/c"),
        ("?\xff\x00x\x00", "http://h/a?%FF%00x"),
        ("//h/%e9%", "http://h/%e9%"),
    ],
)
def test_location_is_read_as_browsers_read_it(location, target):
    assert joined("http://h/a", location) == target
