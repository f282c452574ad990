"""Kinds of mutation that break what is around the task: the envelope, the text, the encoding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskmock.contracts.selftest.mutation import Mutant, Mutate, OneOf, Specimen, broken, has


def enveloped(changes: dict[str, list[Any]], code: str, *, result: bool = True) -> Mutate:
    """Keys of the envelope have other values; `...` drops a key. The finding is at the first of them."""

    def mutate(specimen: Specimen) -> Mutant | None:
        if specimen.body.get("result") is not result or not set(changes) <= {*specimen.body, "message", "data", "code"}:
            return None
        for key, values in changes.items():
            value = specimen.draw.choice(values)
            if value is ...:
                specimen.body.pop(key, None)
            else:
                specimen.body[key] = value
        where = "data" if code == "envelope.data" else next(iter(changes))
        return Mutant(specimen.body, ((code, f"/{where}"),))

    return mutate


def rebuilt(build: Callable[[dict[str, Any]], object], *expected: tuple[str, str]) -> Mutate:
    """The answer is built anew out of its parts, where there is anything to build."""

    def mutate(specimen: Specimen) -> Mutant | None:
        body = build(specimen.body)
        return Mutant(body, expected) if body else None

    return mutate


def texted(code: str, change: Callable[[Specimen], str | bytes]) -> Mutate:
    """The text of the answer is changed."""
    return lambda specimen: specimen.raw(code, change(specimen))


def cut(specimen: Specimen) -> str:
    """The text up to a drawn character."""
    text = specimen.text()
    return text[: specimen.draw.randrange(1, len(text))]


def as_text(mutate: Mutate) -> Mutate:
    """The mutant is sent as text."""

    def written(specimen: Specimen) -> Mutant | None:
        mutant = mutate(specimen)
        return None if mutant is None else Mutant(specimen.text().encode("utf-8"), mutant.expected)

    return written


def bare_word(specimen: Specimen) -> Mutant | None:
    """NaN or Infinity where a number stands, decoded or as text."""
    words = OneOf([float("nan"), float("inf"), float("-inf")])
    mutant = broken("body.not-a-number", has("elapsed_time"), {"elapsed_time": words})(specimen)
    return mutant and specimen.draw.choice([mutant, Mutant(specimen.text().encode("utf-8"), mutant.expected)])


MISSING_RESULT, ODD_RESULT = ("envelope.missing", "/result"), ("field.undocumented", "/Result")
PAGE = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"

MUTATIONS: dict[str, Mutate] = {
    "drop-result": enveloped({"result": [...]}, "envelope.missing"),
    "retype-result": enveloped({"result": ["true", 1, None, [], {}]}, "envelope.type"),
    "drop-data": enveloped({"data": [...]}, "envelope.missing"),
    "retype-data": enveloped({"data": [None, "", [], "{}", 0, True]}, "envelope.data"),
    "failure-with-data": enveloped({"result": [False], "message": ["no"]}, "envelope.data"),
    "failure-without-message": enveloped({"message": [...]}, "envelope.missing", result=False),
    "retype-message": enveloped({"message": [None, 5, {}, []]}, "envelope.type", result=False),
    "success-with-odd-message": enveloped({"message": [5, {}, [], False]}, "envelope.type"),
    "retype-code": enveloped({"code": ["0", None, [], 0.5]}, "envelope.type"),
    "unwrap-data": rebuilt(lambda body: body.get("data"), MISSING_RESULT),
    "misspell-result": rebuilt(
        lambda body: {"Result": body.pop("result"), **body}, ("field.undocumented", "/Result"), MISSING_RESULT
    ),
    "add-key-to-envelope": rebuilt(lambda body: {**body, "status": 200}, ("field.undocumented", "/status")),
    "wrap-in-a-list": rebuilt(lambda body: [body], ("body.not-an-object", "")),
    "cut-off": texted("body.not-json", cut),
    "empty-body": texted("body.empty", lambda specimen: specimen.draw.choice(["", " ", "\n\n"])),
    "page-instead": texted("body.html", lambda _: PAGE),
    "python-instead": texted("body.not-json", lambda specimen: str(specimen.body)),
    "byte-order-mark": texted("body.byte-order-mark", lambda specimen: "\ufeff" + specimen.text()),
    "other-encoding": texted(
        "body.encoding", lambda specimen: specimen.text().replace("result", "结果").encode("utf-16")
    ),
    "two-answers": texted("body.not-json", lambda specimen: specimen.text() * 2),
    "no-number": bare_word,
    "half-a-surrogate-pair": as_text(broken("body.surrogate", has("name"), {"name": "\ud83d"})),
    "key-twice": texted("body.duplicate-key", lambda specimen: '{"result": true, ' + specimen.text()[1:]),
    "too-deep": texted("body.too-deep", lambda _: '{"data":' * 2_000 + "1" + "}" * 2_000),
}
