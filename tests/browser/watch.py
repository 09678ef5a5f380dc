"""What a browser says while a test uses it."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage

LOCAL = re.compile(r"(?:https?://127\.0\.0\.1:\d+/|about:|blob:|data:)")


@dataclass
class Watch:
    """The complaints of every page, the requests to elsewhere, and the cookies.

    `expected` holds patterns of the complaints that a test is about.
    """

    complaints: list[str] = field(default_factory=list)
    requests_elsewhere: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda request: self._note(request.url))

    def check(self) -> None:
        """Fail if something was unexpected."""
        unexpected = [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.expected)
        ]
        cookies = [cookie for context in self.contexts for cookie in context.cookies()]
        assert not unexpected, unexpected
        assert not self.requests_elsewhere, self.requests_elsewhere
        assert not cookies, cookies

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location['url']}")

    def _note(self, url: str) -> None:
        if not LOCAL.match(url):
            self.requests_elsewhere.append(url)
