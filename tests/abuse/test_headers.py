"""What a browser never sends in a header: believed by nobody, an error for nobody."""

import asyncio
from collections.abc import Iterable

import pytest

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]

PATHS = ("/", "/demande", "/health", "/console/login", "/console/request/list", "/nowhere")
HOSTS = ("[", "a:b", "a:99999999", "\0", "evil.example/x?y#z", "evil.example@web", "a b", "é", "")
HEADERS = {
    "accept-language": ("en;q=nan,fr;q=1e999", ",;=" * 9000, "q=é", "*;q=-1", "<script>"),
    "cookie": (
        'console_session="\\777\\000"; console_language=%00',
        "console_language=<script>alert(1)</script>",
        "console_language=../../../etc/passwd",
        "console_openid=e30.forged.forged; starlette_admin_csrftoken=e30.x",
        ";=;" * 5000,
        "console_session=" + "a" * 8000,
        "starlette_admin_flash=forged",
    ),
    "referer": ("http://[/", "javascript:alert(1)", "https://evil.example/" + "a" * 8000),
    "origin": ("http://[", "null", "https://evil.example", "\xff"),
    "x-forwarded-for": ("1.2.3.4", "<script>", "a," * 3000, "::1", "127.0.0.1"),
    "x-forwarded-host": ("evil.example",),
    "x-original-url": ("/console/account/list",),
    "x-http-method-override": ("DELETE",),
    "range": ("bytes=0-,0-,0-,0-", "bytes=-99999999999999999999", "bytes=" + "0-1," * 2000),
    "if-modified-since": ("Thu, 99 Foo 9999 99:99:99 GMT", "\xff"),
    "if-none-match": ('"' * 5000,),
}


async def ask(app, method: str, path: str, headers: Iterable[tuple[str, str]]) -> tuple:
    """The status and headers of an answer to a request of any headers, as a server hands it on."""
    sent: list[dict] = []
    received = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict:
        # A browser that waits for its answer says nothing more.
        return next(received, None) or await asyncio.Future()

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("203.0.113.9", 1),
        "server": ("web", 80),
    }
    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "TRACE", "x"])
async def test_no_header_is_an_error_of_ours(gateway, tried, method: str) -> None:
    named = [(name, value) for name, values in HEADERS.items() for value in values]
    for path in (*PATHS, "/static/widget.js"):
        for name, value in [*named, *(("host", host) for host in HOSTS)]:
            headers = [] if name == "host" else [("host", "web")]
            status, _ = await ask(gateway.app, method, path, [*headers, (name, value)])
            is_down = path == "/health" and status == 503
            assert status < 500 or is_down, (method, path, name, value[:50])
            tried("headers")


@pytest.mark.parametrize("path", ["/", "/demande", "/console/login", "/openapi.json"])
async def test_no_page_of_ours_can_be_framed_or_kept(gateway, tried, path: str) -> None:
    _, headers = await ask(gateway.app, "GET", path, [("host", "web")])
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"store" in headers[b"cache-control"] or b"no-cache" in headers[b"cache-control"]
    assert b"access-control-allow-origin" not in headers
    tried("framing")


@pytest.mark.parametrize(
    "parent",
    [
        "https://evil.example",
        "https://estrie.example.evil.example",
        "https://estrie.example@evil.example",
        "https://evil.example/https://estrie.example",
        "http://estrie.example",
        "https://estrie.example:444",
        "https://estrie.example; frame-ancestors *",
        "https://estrie.example\r\nX: y",
        "https://*.example",
        "//estrie.example",
        "null",
        "javascript:alert(1)",
        "",
    ],
)
async def test_no_other_site_can_frame_the_chat(gateway, widget, tried, parent: str) -> None:
    address = f"/frame/{widget.key}"
    answer = await gateway.client.get(address, params={"parent": parent})
    # A page that any site may show, so that its visitor is told that there is nothing.
    assert answer.status_code == 404
    assert "grant" not in answer.text and "<script" not in answer.text
    lying = {"referer": parent.encode("ascii", "ignore").replace(b"\r\n", b"") or b"https://a.b"}
    answer = await gateway.client.get(
        address, params={"parent": "https://estrie.example"}, headers=lying
    )
    assert answer.status_code == 404
    tried("framing", 2)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://web.evil.example"])
async def test_another_site_reads_no_answer_of_the_chat(gateway, tried, origin: str) -> None:
    for method, path in (("OPTIONS", "/chat/session"), ("POST", "/chat/session"), ("GET", "/")):
        headers = {"origin": origin, "access-control-request-method": "POST"}
        answer = await gateway.client.request(method, path, headers=headers, json={})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        tried("cross-site requests")
