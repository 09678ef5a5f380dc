"""Bodies that grow when unpacked, or that are written in an encoding that no browser sends."""

import gzip
import io
import zipfile

import pytest

from tests.abuse.corpus import PATHS
from web.body_limit import MAX_BODY_BYTES, MAX_CONSOLE_BYTES

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("backend", ["postgresql"], indirect=True),
]

FORMS = ("/demande", "/request", "/console/login", "/chat/message")
OURS = {"origin": "http://web"}
CHARSETS = (
    "utf-7",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "punycode",
    "idna",
    "utf-16",
    "utf-32",
    "utf-99",
    "zlib",
    "bz2",
    "hex",
    "base64",
    "rot13",
    "cp037",
    "\0",
    "a" * 3000,
    "../../etc",
)
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
HALF = PART % (b"description", rb"\ud800 +2AA- abc") + b"--x--\r\n"
BROKEN = (
    b"",
    b"--",
    b"--x",
    b"--x\r\n\r\n\r\n--x--",
    b"--x\r\n" * 1500,
    b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="\xff"; filename="\xff\0"\r\n\r\n1\r\n--x--',
    b"--x\r\n" + b"A: b\r\n" * 500 + b"\r\n1\r\n--x--",
    *(
        b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a"\r\n\r\n1\r\n--x--' % name
        for name in (b"filing_key", b"consent_contact", b"fields", b"email", b"csrftoken")
    ),
    PART % (b"a", b"b") * 150 + b"--x--",
)
KINDS = (
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 3000,
    "multipart/form-data; boundary=\xff",
    "application/x-www-form-urlencoded; charset=utf-7",
)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_in_another_encoding_is_refused(gateway, bot, tried, path: str) -> None:
    for charset in CHARSETS:
        kind = f"multipart/form-data; boundary=x; charset={charset}"
        answer = await gateway.client.post(
            path, content=HALF, headers={**OURS, "content-type": kind}
        )
        assert answer.status_code == 415, (charset, answer.text)
    assert bot.heard == []
    tried("forms: encodings", len(CHARSETS))


# The console's library leaves a small uploaded file to be closed with the request.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("path", FORMS)
async def test_a_form_that_cannot_be_taken_apart_is_refused(gateway, tried, path: str) -> None:
    for kind in KINDS:
        for body in BROKEN:
            headers = {**OURS, "content-type": kind.encode("latin-1")}
            answer = await gateway.client.post(path, content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (kind, body, answer.text)
            tried("forms: broken bodies")


def bombs() -> dict[str, bytes]:
    """A few kilobytes that hold megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 10_000_000)
    text = b'{"language":"fr","x":"' + b"a" * 10_000_000 + b'"}'
    return {"gzip": gzip.compress(text), "deflate": gzip.compress(text), "zip": packed.getvalue()}


@pytest.mark.parametrize("path", ["/chat/session", "/demande", "/console/login"])
async def test_nothing_is_unpacked(gateway, bot, tried, path: str) -> None:
    for packed, bomb in bombs().items():
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            headers = {**OURS, "content-type": kind, "content-encoding": packed}
            answer = await gateway.client.post(path, content=bomb[:MAX_BODY_BYTES], headers=headers)
            assert 400 <= answer.status_code < 500
            tried("bombs: gzip, deflate, zip")
    assert bot.heard == []


@pytest.mark.parametrize("path", ["/chat/session", "/demande", "/console/login", "/nowhere"])
async def test_a_line_of_a_megabyte_is_not_read_to_its_end(gateway, bot, tried, path: str) -> None:
    most = MAX_CONSOLE_BYTES if path.startswith("/console") else MAX_BODY_BYTES
    read = 0

    async def line():
        nonlocal read
        for _ in range(1000):
            read += 1000
            yield b"a" * 1000

    answer = await gateway.client.post(path, content=line(), headers=OURS)
    assert answer.status_code == 413
    assert read <= most + 2000
    assert bot.heard == []
    tried("bombs: lines of a megabyte")


@pytest.mark.parametrize("announced", ["9" * 5000, "9" * 30, "-1", "1e9", "0x10", "1,1", "+5", ""])
async def test_no_announced_length_is_an_error_of_ours(gateway, tried, announced: str) -> None:
    headers = {"content-length": announced, "content-type": "application/json"}
    for path in ("/chat/session", "/demande", "/console/login"):
        answer = await gateway.client.post(path, content=b"[]", headers={**OURS, **headers})
        assert 400 <= answer.status_code < 500
        tried("headers: announced lengths")


@pytest.mark.parametrize("door", ["/", "/chat/", "/frame/", "/preview/", "/static/", "/console/"])
async def test_no_path_leads_elsewhere(gateway, tried, door: str) -> None:
    for path in PATHS:
        answer = await gateway.client.get(door + path, headers={"accept-language": "en"})
        assert answer.status_code in (303, 307, 400, 404), (door + path, answer.status_code)
        assert "root:" not in answer.text
        assert "set-cookie" not in answer.headers or door == "/console/"
        tried("paths")
