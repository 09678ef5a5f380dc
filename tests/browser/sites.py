"""Pages of pôles' sites, each site on an origin of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pôle</title>
</head>
<body>
<main><h1>Pôle</h1><p><a href="/">Accueil</a></p></main>
{pasted}
</body>
</html>
"""


class Site:
    """A site as strict as a page can be with what it embeds: only `embedded` may load there.

    It is on the hostname of the bot: Chromium denies storage to the frames of another site, and
    the ports are enough for two origins.
    """

    def __init__(self, embedded: str) -> None:
        pages: dict[str, str] = {}
        policy = (
            f"default-src 'none'; script-src {embedded}; frame-src {embedded};"
            " base-uri 'none'; form-action 'none';"
            " require-trusted-types-for 'script'; trusted-types 'none'"
        )

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = pages.get(self.path, "").encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """Say nothing."""

        self._pages = pages
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def publish(self, pasted: str, language: str = "fr", path: str = "/") -> str:
        """The address of a page in `language` whose author `pasted` some HTML."""
        self._pages[path] = PAGE.format(language=language, pasted=pasted)
        return self.origin + path

    @contextmanager
    def serving(self) -> Iterator["Site"]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
