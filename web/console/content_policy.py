"""The Content-Security-Policy of the console, and the templates of its library made to keep it."""

import secrets

from jinja2 import BaseLoader, Environment, PackageLoader
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE_BYTES = 16
NONCE = 'nonce="{{ request.state.nonce }}"'
# The library's templates hold scripts within pages, which the policy allows by nonce, and a
# handler within a tag, which no policy can tell from an attacker's: console.js does its work.
# The rest is what a screen reader and a keyboard need: one main landmark, one first heading, no
# empty header, names in the page's language, links to open rows by, buttons that are buttons.
REPLACED = {
    "<script>": f"<script {NONCE}>",
    '<script type="text/javascript"': f'<script {NONCE} type="text/javascript"',
    "<style>": f"<style {NONCE}>",
    'onchange="window.location = this.value"': "data-goes-to-value",
    '<div class="page-wrapper">': '<div class="page-wrapper" role="main">',
    '<h1 class="navbar-brand navbar-brand-autodark">': (
        '<div class="navbar-brand navbar-brand-autodark">'
    ),
    "</a>\n                    </h1>": "</a>\n                    </div>",
    "<h3": "<h2",
    "</h3>": "</h2>",
    '<th scope="col" class="w-1"></th>': '<td class="w-1"></td>',
    "{% if view.row_actions_position": "{% if view.row_actions and view.row_actions_position",
    'class="row-clickable" tabindex="0"': 'class="row-clickable"',
    "{% include field.list_template %}": (
        "{% if row_clickable and loop.first and field.list_template == 'fields/list/text.html' %}"
        '<a href="{{ detail_url(request, view.key, row_pk) }}">'
        "{% include field.list_template %}</a>"
        "{% else %}{% include field.list_template %}{% endif %}"
    ),
    'labelledby="modal-action-title"': 'labelledby="modal-action-title actionConfirmation"',
    'aria-label="Toggle navigation"': 'aria-label="Menu"',
    'aria-label="Open user menu"': 'aria-label="{{ current_user.username }}"',
    "{{ _('Change language') }}": "{{ get_locale_display_name(get_locale()) }}",
    "{{ _('Previous page') }}": "Page {{ prev_page }}",
    "{{ _('Next page') }}": "Page {{ next_page }}",
    '<a class="btn-close" data-bs-dismiss="alert" aria-label="close"></a>': (
        '<button type="button" class="btn-close" data-bs-dismiss="alert"'
        " aria-label=\"{{ _('Close') }}\"></button>"
    ),
    # Of the sign-in page: no one needs to hide why they were refused.
    '<a class="btn-close btn-close-white"': '<a hidden class="btn-close btn-close-white"',
    '<h5 class="modal-title"': '<h2 class="modal-title"',
    'data-sa-hook="modal-action-title"></h5>': 'data-sa-hook="modal-action-title"></h2>',
    "-null-": "–",
    "icon('field.boolean_true') }} fa-lg\"></i>": (
        "icon('field.boolean_true') }} fa-lg\"></i>"
        '<span class="visually-hidden">{{ text("granted") }}</span>'
    ),
    "icon('field.boolean_false') }} fa-lg\"></i>": (
        "icon('field.boolean_false') }} fa-lg\"></i>"
        '<span class="visually-hidden">{{ text("refused") }}</span>'
    ),
}


class ContentPolicy:
    """Give each page a nonce, and the policy that names it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = _policy(nonce)
            await send(message)

        await self.app(scope, receive, send_with_policy)


class LibraryTemplates(BaseLoader):
    """The library's own templates, without code that the policy would refuse."""

    def __init__(self) -> None:
        self._templates = PackageLoader("starlette_admin", "templates")

    def get_source(self, environment: Environment, template: str) -> tuple:
        source, *rest = self._templates.get_source(environment, template)
        for refused, allowed in REPLACED.items():
            source = source.replace(refused, allowed)
        return source, *rest


def _policy(nonce: str) -> str:
    # The library sets widths and such in attributes of its tags.
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src-elem 'self' 'nonce-{nonce}';"
        " style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
