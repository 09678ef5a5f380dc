"""The people of a demo who work in the console: their accounts, sign-ins and saved views."""

import datetime as dt
import random
from collections import defaultdict
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.accounts import (
    NewAccount,
    create_account,
    find_account,
    open_session,
    set_active,
    set_password,
    sign_out,
)
from catalog.demo.clock import Clock
from catalog.demo.marks import DOMAIN, demo_accounts
from catalog.demo.moments import at_work
from catalog.models import Account, Language, Role
from catalog.promises import DAY
from catalog.saved_views import save_view

# Known to all, and so refused outside of a machine of one's own (`catalog.demo_cli`).
PASSWORD = "demo-aiguilleur"
FRENCH, ENGLISH = Language.FR, Language.EN
# Who manages comes first, and makes the accounts of the others.
PEOPLE = (
    ("administration", "Ambroise Démo-Sauvageau", Role.ADMINISTRATOR, None, FRENCH),
    ("agente1", "Bertille Démo-Lavallière", Role.AGENT, None, FRENCH),
    ("agent2", "Côme Démo-Rossignol", Role.AGENT, None, FRENCH),
    ("agente3", "Daphné Démo-Tournesol", Role.AGENT, None, FRENCH),
    ("agent4", "Ernest Demo-Fairweather", Role.AGENT, None, ENGLISH),
    ("revision1", "Faustine Démo-Boisvert", Role.REVIEWER, None, FRENCH),
    ("revision2", "Gideon Demo-Hawthorne", Role.REVIEWER, None, ENGLISH),
    ("pole-estrie", "Hortense Démo-Coquelicot", Role.POLE, "estrie", FRENCH),
    ("pole-montreal", "Isidore Démo-Martinet", Role.POLE, "montreal", FRENCH),
    ("pole-outaouais", "Juniper Demo-Larkspur", Role.POLE, "outaouais", ENGLISH),
)
VIEWS = {
    Role.AGENT: (
        ("Mes demandes ouvertes", "assignee__in=me AND status__in=received,in_progress", ""),
        ("Urgentes sans responsable", "urgency__in=urgent AND assignee__is_null", ""),
        ("À répondre d’abord", "status__in=received,in_progress", "time_left__asc"),
    ),
    Role.ADMINISTRATOR: (
        ("À qualifier", "status__in=to_qualify", "created_at__asc"),
        ("Venues par un pôle", "pole__is_not_null", ""),
    ),
    Role.POLE: (("Répondues", "status__in=answered,closed", ""),),
}
SIGN_INS = 6

Staff = dict[Role, list[Account]]


def open_accounts(session: Session, clock: Clock, began_at: dt.datetime) -> None:
    """The accounts; those that an earlier demo left closed are opened again."""
    clock.now = began_at
    administrator = None
    for name, full_name, role, pole, language in PEOPLE:
        email = f"{name}{DOMAIN}"
        account = find_account(session, email)
        if account is None:
            new = NewAccount(
                email=email, name=full_name, role=role, pole_slug=pole, language=language
            )
            account = create_account(session, new, administrator)
        elif not account.active:
            set_active(session, account, True, administrator)
        set_password(session, account, PASSWORD, administrator)
        administrator = administrator or account


def staff_of(session: Session) -> Staff:
    """The open accounts by role, always in the same order."""
    people: Staff = defaultdict(list)
    for account in session.scalars(select(Account).where(demo_accounts(), Account.active)):
        people[account.role].append(account)
    return {role: sorted(accounts, key=lambda a: a.email) for role, accounts in people.items()}


def sign_in_and_out(session: Session, clock: Clock, rng: random.Random, until: dt.datetime) -> None:
    """Some days of the last two months; many forget to sign out."""
    for account in (account for people in staff_of(session).values() for account in people):
        for days_ago in sorted(rng.sample(range(2, 60), SIGN_INS), reverse=True):
            clock.now = at_work(rng, until - days_ago * DAY, rng.uniform(-9, 9))
            token = open_session(session, account).token
            session.flush()
            clock.now += dt.timedelta(minutes=rng.randint(5, 50))
            if rng.random() < 0.5:
                sign_out(session, token)


def keep_views(session: Session) -> None:
    for role, people in staff_of(session).items():
        for account in people:
            for name, kept, sort in VIEWS.get(role, ()):
                query = {"filter": kept} | ({"sort": sort} if sort else {})
                save_view(session, account, name, urlencode(query))
