"""Kinds of mutation that break what is around the task: the envelope, the text, the encoding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskmock.contracts.selftest.mutation import Mutant, Mutation, Specimen, pointer


def enveloped(name: str, changes: dict[str, list[Any]], *expected: tuple[str, str], result: bool = True) -> Mutation:
    """Keys of the envelope have other values; `...` drops a key."""

    def mutate(specimen: Specimen) -> Mutant | None:
        if specimen.body.get("result") is not result or not set(changes) <= {*specimen.body, "message", "data", "code"}:
            return None
        for key, values in changes.items():
            value = specimen.draw.choice(values)
            if value is ...:
                specimen.body.pop(key, None)
            else:
                specimen.body[key] = value
        return Mutant(specimen.body, expected)

    return Mutation(name, mutate)


def unwrapped(specimen: Specimen) -> Mutant | None:
    """The inside of `data` without its envelope."""
    return Mutant(specimen.data, (("envelope.missing", "/result"),)) if specimen.data else None


def misspelt_result(specimen: Specimen) -> Mutant:
    """The key `result` in another spelling."""
    specimen.body["Result"] = specimen.body.pop("result")
    return Mutant(specimen.body, (("field.undocumented", "/Result"), ("envelope.missing", "/result")))


def extra_key(specimen: Specimen) -> Mutant:
    """A key around the data that no gateway adds."""
    specimen.body["status"] = 200
    return Mutant(specimen.body, (("field.undocumented", "/status"),))


def in_a_list(specimen: Specimen) -> Mutant:
    """The answer inside a list."""
    return Mutant([specimen.body], (("body.not-an-object", ""),))


def texted(name: str, code: str, change: Callable[[Specimen], str | bytes]) -> Mutation:
    """The text of the answer, changed."""
    return Mutation(name, lambda specimen: specimen.raw(code, change(specimen)))


def cut(specimen: Specimen) -> str:
    """The text up to somewhere."""
    text = specimen.text()
    return text[: specimen.draw.randrange(1, len(text))]


def bare_word(specimen: Specimen) -> Mutant | None:
    """NaN or Infinity where a number stands."""
    node = specimen.pick(lambda node: "elapsed_time" in node.value)
    if node is None:
        return None
    word = specimen.draw.choice(["nan", "inf", "-inf"])
    node.value["elapsed_time"] = float(word)
    where = pointer(node, "elapsed_time")
    return specimen.draw.choice(
        [
            Mutant(specimen.body, (("body.not-a-number", where),)),
            specimen.raw("body.not-a-number", specimen.text(), where),
        ]
    )


def half_a_pair(specimen: Specimen) -> Mutant | None:
    """Half of a surrogate pair in a name."""
    node = specimen.pick(lambda node: "name" in node.value)
    if node is None:
        return None
    node.value["name"] = "\ud83d"
    return specimen.raw("body.surrogate", specimen.text(), pointer(node, "name"))


def key_twice(specimen: Specimen) -> Mutant:
    """A key that appears twice."""
    return specimen.raw("body.duplicate-key", '{"result": true, ' + specimen.text()[1:])


def nested(specimen: Specimen) -> Mutant:
    """Objects inside objects, deeper than anybody decodes."""
    return specimen.raw("body.too-deep", '{"data":' * 2_000 + "1" + "}" * 2_000)


FULL = ("envelope.data", "/data")

MUTATIONS = (
    enveloped("drop-result", {"result": [...]}, ("envelope.missing", "/result")),
    enveloped("retype-result", {"result": ["true", 1, None, [], {}]}, ("envelope.type", "/result")),
    enveloped("drop-data", {"data": [...]}, ("envelope.missing", "/data")),
    enveloped("retype-data", {"data": [None, "", [], "{}", 0, True]}, FULL),
    enveloped("failure-with-data", {"result": [False], "message": ["no"]}, FULL),
    enveloped("failure-without-message", {"message": [...]}, ("envelope.missing", "/message"), result=False),
    enveloped("retype-message", {"message": [None, 5, {}, []]}, ("envelope.type", "/message"), result=False),
    enveloped("success-with-odd-message", {"message": [5, {}, [], False]}, ("envelope.type", "/message")),
    enveloped("retype-code", {"code": ["0", None, [], 0.5]}, ("envelope.type", "/code")),
    Mutation("unwrap-data", unwrapped),
    Mutation("misspell-result", misspelt_result),
    Mutation("add-key-to-envelope", extra_key),
    Mutation("wrap-in-a-list", in_a_list),
    texted("cut-off", "body.not-json", cut),
    texted("empty-body", "body.empty", lambda specimen: specimen.draw.choice(["", " ", "\n\n"])),
    texted("page-instead", "body.html", lambda _: "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"),
    texted("python-instead", "body.not-json", lambda specimen: str(specimen.body)),
    texted("byte-order-mark", "body.byte-order-mark", lambda specimen: "\ufeff" + specimen.text()),
    texted(
        "other-encoding", "body.encoding", lambda specimen: specimen.text().replace("result", "结果").encode("utf-16")
    ),
    texted("two-answers", "body.not-json", lambda specimen: specimen.text() * 2),
    Mutation("no-number", bare_word),
    Mutation("half-a-surrogate-pair", half_a_pair),
    Mutation("key-twice", key_twice),
    Mutation("too-deep", nested),
)
