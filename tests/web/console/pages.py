"""Pages of the console as a browser reads them, and forms as it sends them."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
from fastapi import FastAPI

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
UNSEEN = {"script", "style", "template", "noscript"}
UNSENT = {"submit", "button", "reset", "image", "file"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def all(self, tag: str = "", **wanted: str) -> Iterator["Element"]:
        """Those within, in order; `wanted` are attributes, `class_` one of its classes."""
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and child._bears(wanted):
                    yield child
                yield from child.all(tag, **wanted)

    def one(self, tag: str = "", **wanted: str) -> "Element":
        (found,) = self.all(tag, **wanted)
        return found

    @property
    def raw(self) -> str:
        return "".join(
            child if isinstance(child, str) else child.raw
            for child in self.children
            if isinstance(child, str) or child.tag not in UNSEEN
        )

    @property
    def text(self) -> str:
        """What is read in it, spaces as one."""
        return " ".join(self.raw.split())

    def controls(self) -> list[tuple[str, str]]:
        """Of a form: the names and values that a browser sends when nothing is touched."""
        return [
            (control["name"], value)
            for control in self.all()
            if "name" in control.attributes and "disabled" not in control.attributes
            for value in control._values()
        ]

    def _values(self) -> list[str]:
        if self.tag == "textarea":
            return ["".join(map(str, self.children)).removeprefix("\n")]
        if self.tag == "select":
            options = list(self.all("option"))
            chosen = [option for option in options if "selected" in option.attributes]
            return [option.attributes.get("value", option.text) for option in chosen or options[:1]]
        if self.tag != "input" or self.attributes.get("type") in UNSENT:
            return []
        if self.attributes.get("type") in ("checkbox", "radio"):
            is_on = "checked" in self.attributes
            return [self.attributes.get("value", "on")] if is_on else []
        return [self.attributes.get("value", "")]

    def _bears(self, wanted: dict[str, str]) -> bool:
        given = self.attributes | {"class_": self.attributes.get("class", "").split()}
        return all(
            value in given["class_"] if name == "class_" else given.get(name) == value
            for name, value in wanted.items()
        )


class Tree(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.root = self._open = Element("", {}, None)
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes}, self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        closed = self._open
        while closed.parent and closed.tag != tag:
            closed = closed.parent
        self._open = closed.parent or self._open

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


class Page:
    """An answer of the console."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.root = Tree(response.text if "html" in self.headers["content-type"] else "").root

    @property
    def headers(self) -> httpx.Headers:
        headers = self.response.headers
        headers.setdefault("content-type", "")
        return headers

    @property
    def goes_to(self) -> str:
        """Where the browser is sent, without the host."""
        assert self.status in (302, 303), (self.status, self.text)
        return self.response.next_request.url.raw_path.decode()

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def text(self) -> str:
        return self.root.text

    @property
    def language(self) -> str:
        return self.root.one("html")["lang"]

    @property
    def alerts(self) -> list[str]:
        return [
            alert.text
            for alert in self.root.all(role="alert")
            # Its words come by script.
            if alert.text and "d-none" not in alert["class"]
        ]

    def form(self, action: str) -> Element:
        """The form whose address holds `action`."""
        (found,) = {
            str(form.controls()): form
            for form in self.root.all("form")
            if action in form.attributes.get("action", "")
        }.values()
        return found

    def rows(self, column: str) -> list[str]:
        """What a list shows in one of its columns."""
        body = self.root.one("tbody")
        return [
            cell.text for cell in body.all("td") if cell.attributes.get("data-column") == column
        ]


class Browser:
    """A browser at the console; it follows no redirect by itself."""

    def __init__(self, app: FastAPI, address: str, client: str = "203.0.113.7") -> None:
        self.origin = address
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False, client=(client, 1)),
            base_url=address,
        )
        # As a page of the console sends them.
        self.ours = {"Origin": address, "Sec-Fetch-Site": "same-origin"}

    async def get(self, path: str, **query: Any) -> Page:
        url = path if path.startswith("http") else f"/console{path}"
        return Page(await self.client.get(url, params=query or None))

    async def submit(self, form: Element, **typed: str | list[str] | None) -> Page:
        """Send `form` as it is but for what is `typed`; None leaves a field out."""
        sent: dict[str, list[str]] = {}
        for name, value in form.controls():
            sent.setdefault(name, []).append(value)
        for name, value in typed.items():
            sent[name] = value if isinstance(value, list) else [value]
            if value is None:
                del sent[name]
        body: dict[str, Any] = {"data": sent}
        if form.attributes.get("enctype") == "multipart/form-data":
            parts = [(name, (None, value)) for name, values in sent.items() for value in values]
            body = {"files": parts}
        return Page(await self.client.post(form["action"], headers=self.ours, **body))

    async def post(self, path: str, data: dict[str, Any] | None = None, **query: Any) -> Page:
        """Post as the library's scripts do, with the token that they read in a cookie."""
        headers = self.ours | {"X-CSRFToken": await self.token()}
        url = f"/console{path}"
        return Page(
            await self.client.post(url, params=query or None, data=data or {}, headers=headers)
        )

    async def act(self, key: str, name: str, *pks: int, where: str = "", **data: Any) -> Page:
        """Run an action on the rows `pks`, or without any on all that the query `where` shows."""
        rows = {"pks": list(map(str, pks))} if pks else {"all": "1"}
        query = {"name": name, "_list_query": where, **rows}
        return await self.post(f"/_api/{key}/action", data, **query)

    async def token(self) -> str:
        if "starlette_admin_csrftoken" not in self.client.cookies:
            await self.get("/login")
        return self.client.cookies["starlette_admin_csrftoken"]
