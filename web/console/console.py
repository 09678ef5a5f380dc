"""The console as a whole: its pages, and its library set up as our pages are."""

import logging
from pathlib import Path

from jinja2 import PrefixLoader
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette_admin import I18nConfig, TimezoneConfig
from starlette_admin.contrib.sqla import Admin
from starlette_admin.flash import get_flashed_messages
from starlette_admin.theme import ClassMap, DefaultTheme

from catalog.database import SessionFactory
from catalog.models import (
    Account,
    AuditEntry,
    Incident,
    Language,
    OutboxMessage,
    Purge,
    Request,
)
from catalog.promises import QUEBEC
from catalog.settings import Settings
from web.console.accounts_view import AccountsView
from web.console.audit_view import AuditView
from web.console.authentication import LANGUAGE_COOKIE, PATH, ConsoleAuthentication
from web.console.casework_view import CaseworkView
from web.console.content_policy import ContentPolicy, LibraryTemplates
from web.console.dashboard_view import DashboardView
from web.console.home_view import HomeView
from web.console.impossible import ReadableForms
from web.console.learning_view import LearningView
from web.console.outbox_view import OutboxView
from web.console.personal_view import PersonalView
from web.console.privacy_views import IncidentsView, PurgesView
from web.console.requests_view import RequestsView
from web.console.review_view import ReviewView
from web.console.same_site import SameSiteOnly
from web.console.saved_views_view import SavedViewsView
from web.console.texts import text
from web.limits import Limits

TEMPLATES = Path(__file__).parent / "templates"
OPENID_SECONDS = 600


class Theme(DefaultTheme):
    """The library's look, but for a button whose words are hard to read in it."""

    def get_class_map(self) -> ClassMap:
        colours = ClassMap()
        colours.classes = {"form.cancel_button": "btn"}
        return colours


def make_console(sessions: SessionFactory, settings: Settings, limits: Limits) -> Admin:
    """The console, ready to be mounted on the application."""
    # It logs what is searched for, and the values of statements that fail: members' words.
    logging.getLogger("starlette_admin").setLevel(logging.CRITICAL)
    library = LibraryTemplates()
    admin = Admin(
        sessions,
        title="Aiguilleur",
        base_url=PATH,
        route_name="console",
        favicon_url="/static/chat/icon.svg",
        templates_dir=str(TEMPLATES),
        # Under a prefix too, for a page of ours that extends theirs of the same name.
        additional_loaders=[library, PrefixLoader({"library": library})],
        index_view=HomeView(),
        theme=Theme(),
        auth_provider=ConsoleAuthentication(sessions, settings, limits),
        secret_key=settings.secret_key.get_secret_value(),
        middlewares=[
            Middleware(ContentPolicy),
            Middleware(SameSiteOnly),
            Middleware(ReadableForms),
            # Keeps the state of an OpenID sign-in until the provider sends the browser back.
            Middleware(
                SessionMiddleware,
                secret_key=settings.secret_key.get_secret_value(),
                session_cookie="console_openid",
                max_age=OPENID_SECONDS,
                path=PATH,
                https_only=settings.browser_url.startswith("https://"),
            ),
        ],
        i18n_config=I18nConfig(
            default_locale=Language.FR,
            language_cookie_name=LANGUAGE_COOKIE,
            language_header_name=None,
            language_switcher=list(Language),
        ),
        timezone_config=TimezoneConfig(
            default_timezone=QUEBEC.key, timezone_cookie_name=None, use_user_locale_timezone=False
        ),
    )
    admin.templates.env.globals |= {
        "text": text,
        "has_openid": bool(settings.openid_issuer),
        # The library leaves them out of its sign-in page.
        "flashed": get_flashed_messages,
    }
    requests = RequestsView(Request)
    admin.add_view(DashboardView())
    admin.add_view(requests)
    admin.add_view(CaseworkView(requests))
    admin.add_view(PersonalView(requests, settings))
    admin.add_view(SavedViewsView())
    admin.add_view(ReviewView())
    admin.add_view(LearningView())
    admin.add_view(OutboxView(OutboxMessage))
    admin.add_view(AccountsView(Account))
    admin.add_view(AuditView(AuditEntry))
    admin.add_view(PurgesView(Purge))
    admin.add_view(IncidentsView(Incident))
    return admin
