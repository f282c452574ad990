"""Where redirects lead, and which of them may be followed with credentials. Nothing here touches the network."""

from __future__ import annotations

import string
import urllib.parse

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_BLANKS = "".join(map(chr, range(0x21)))
_DROPPED = {ord(blank): None for blank in "\t\r\n"}


def joined(url: str, location: str) -> str | None:
    """Where a Location leads from a URL; None where it is no URL.

    Its bytes (as Latin-1) are taken as browsers take them: blanks around it and breaks in it are dropped, whatever no
    URL may hold is percent-encoded byte by byte.
    """
    written = location.strip(_BLANKS).translate(_DROPPED)
    try:
        target = urllib.parse.urljoin(url, urllib.parse.quote(written, safe=string.punctuation, encoding="latin-1"))
        urllib.parse.urlsplit(target)
    except ValueError:
        return None
    return target


def is_same_place(url: str, target: str) -> bool:
    """Whether two URLs have the same scheme, host and port; a host's port 443 with TLS counts as its port 80 without.

    Another port of a host may belong to another user.
    """
    here, there = urllib.parse.urlsplit(url), urllib.parse.urlsplit(target)
    try:
        places = (here.scheme, _port(here)), (there.scheme, _port(there))
    except ValueError:
        return False
    is_upgrade = places == (("http", 80), ("https", 443))
    return here.hostname == there.hostname and (places[0] == places[1] or is_upgrade)


def _port(parts: urllib.parse.SplitResult) -> int | None:
    return {"http": 80, "https": 443}.get(parts.scheme) if parts.port is None else parts.port
