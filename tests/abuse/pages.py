"""Whether a page holds anything that a browser would run or fetch for someone else."""

from collections.abc import Iterator

from tests.web.console.pages import Element, Tree

ADDRESSES = ("src", "href", "action", "formaction", "data", "poster", "srcset", "srcdoc")
RUNNABLE = ("javascript:", "data:text", "vbscript:", "//")
# No page of ours has one but the preview of a widget.
FOREIGN = frozenset({"iframe", "object", "embed", "base", "math", "applet", "meta-refresh"})


def assert_nothing_runs(markup: str) -> None:
    """Every element, attribute and address is one that our own templates write."""
    for element in _everything(Tree(markup).root):
        assert element.tag not in FOREIGN, element.tag
        handlers = [name for name in element.attributes if name.startswith("on")]
        assert not handlers, (element.tag, element.attributes)
        for name in ADDRESSES:
            address = "".join(element.attributes.get(name, "").split()).lower()
            assert not address.startswith(RUNNABLE), (element.tag, address)
        if element.tag in ("script", "style"):
            is_data = element.attributes.get("type") == "application/json"
            ours = element.attributes.get("src", "").startswith(("/static/", "http://web/static"))
            assert is_data or ours or "nonce" in element.attributes, element.attributes


def _everything(root: Element) -> Iterator[Element]:
    yield from root.all()
