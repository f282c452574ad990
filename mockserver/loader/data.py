"""From nodes to decoded JSON: bodies, payloads and whatever a failure says."""

from __future__ import annotations

from taskmock.mockserver.loader.problem import Problems
from taskmock.mockserver.yaml_node import Listing, Mapping, Node, NumberError, quoted, value_of


def read_data(node: Node, problems: Problems) -> object:
    """A node as JSON has it: objects, lists, texts, numbers, true, false, null."""
    if isinstance(node, Mapping):
        return {key.text: read_data(value, problems) for key, value in node.entries}
    if isinstance(node, Listing):
        return [read_data(item, problems) for item in node.items]
    try:
        return value_of(node)
    except NumberError as error:
        problems.add(node, "bad-number", f"{quoted(node.text)} {error}", allowed="numbers of JSON, or text in quotes")
        return None
