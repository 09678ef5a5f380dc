"""The pages of the console to time, by name, with what each is to stay within."""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import Request
from catalog.reviews import Queue
from tests.benchmarks.catalog.words import ACCENTED_WORD, COMMON_WORD, RARE_WORD

INBOX_MS, REQUEST_MS, QUEUE_MS, DASHBOARD_MS = 300, 100, 200, 1_000
EXPORTED = 9_000

SORTED = ("reference", "status", "organisation_name", "time_left", "created_at")
FILTERS = {
    "status, open": "status__eq=received",
    "status, closed": "status__eq=closed",
    "status, several": "status__in=to_qualify,received,in_progress",
    "status, not": "status__not_in=closed",
    "field, common": "fields__in={common_field}",
    "field, rare": "fields__in={rare_field}",
    "assigned to me": "assignee__in=me",
    "assigned to no one": "assignee__is_null",
    "assigned": "assignee__is_not_null",
    "pôle, common": "pole__in={common_pole}",
    "pôle, rare": "pole__in={rare_pole}",
    "no pôle": "pole__is_null",
    "late": "time_left__is_late",
    "urgent": "urgency__eq=urgent",
    "language": "language__eq=en",
    "filed between": "created_at__between={day}T00:00..{day}T23:59",
    "organisation, exact": 'organisation_name__eq="{organisation}"',
    "organisation, part": 'organisation_name__contains="{organisation_part}"',
    "organisation, beginning": "organisation_name__startswith=Coop",
    "organisation, not": 'organisation_name__not_contains="{organisation_part}"',
    "reference, end": "reference__endswith=0042",
    "reference, exact": "reference__eq={reference}",
    "filed in the future": "created_at__in_future",
}
SEARCHES = {
    "reference": "{reference}",
    "e-mail": "{email}",
    "organisation and person": "{organisation} {name_part}",
    "rare word": RARE_WORD,
    "common word": COMMON_WORD,
    "absent word": "introuvablement",
    "word with accents": ACCENTED_WORD.upper(),
    "rare and common words": f"{COMMON_WORD} {RARE_WORD}",
    "two letters": "zq",
    "year": "C-2022",
}
SAVED_VIEWS = {
    "mine that wait": "(status__eq=received OR status__eq=in_progress) AND assignee__in=me",
    "late of a pôle": "time_left__is_late AND pole__in={common_pole}",
    "urgent of a field": "urgency__eq=urgent AND fields__in={rare_field}",
    "closed in English of a rare pôle": (
        "status__eq=closed AND language__eq=en AND pole__in={rare_pole}"
    ),
}
DASHBOARDS = {
    "all": {},
    "one pôle": {"pole": "{common_pole}"},
    "one field": {"field": "{common_field}"},
}


@dataclass(frozen=True)
class Page:
    path: str
    limit: float
    query: dict[str, str] = field(default_factory=dict)


def pages(known: dict[str, str]) -> dict[str, Page]:
    """Each page by name; `known` fills in the places of what is asked for."""
    inbox = {
        "inbox: first page": {},
        "inbox: page 500": {"page": "500"},
        **{f"inbox: filter, {name}": {"filter": where} for name, where in FILTERS.items()},
        **{
            f"inbox: sorted by {name}, {way}": {"sort": f"{name}__{way}"}
            for name in SORTED
            for way in ("asc", "desc")
        },
        **{
            f"inbox: pôle, rare, sorted by {name}": {
                "filter": FILTERS["pôle, rare"],
                "sort": f"{name}__asc",
            }
            for name in SORTED
        },
        **{f"search: {name}": {"q": words} for name, words in SEARCHES.items()},
        **{f"saved view: {name}": {"filter": where} for name, where in SAVED_VIEWS.items()},
    }
    queues = {
        **{f"queue: {queue}": {"queue": str(queue)} for queue in Queue},
        **{
            f"queue: {queue}, one field in English": {
                "queue": str(queue),
                "language": "en",
                "field": "{rare_field}",
            }
            for queue in (Queue.UNCERTAIN, Queue.SAMPLE, Queue.ALL)
        },
    }
    dashboards = {
        f"dashboard: {days} days, {name}": {"period": days, **query}
        for days in ("30", "365")
        for name, query in DASHBOARDS.items()
    }
    kinds = [
        (inbox, "/request/list", INBOX_MS),
        (queues, "/review/messages", QUEUE_MS),
        (dashboards, "/dashboard", DASHBOARD_MS),
        (
            {
                "request: of this week": {"pk": "{new_request}"},
                "request: of last year": {"pk": "{old_request}"},
            },
            "/request/detail",
            REQUEST_MS,
        ),
        ({"review desk": {}}, "/review", QUEUE_MS),
    ]
    return {
        name: Page(path, limit, {key: value.format(**known) for key, value in query.items()})
        for group, path, limit in kinds
        for name, query in group.items()
    }


def what_is_known(session: Session) -> dict[str, str]:
    """Values that are there, to ask for."""
    last = session.scalar(select(func.max(Request.id)))
    one = session.get_one(Request, last // 2)
    first_exported, last_exported = (
        session.get_one(Request, max(1, last - back)).created_at for back in (EXPORTED + 500, 500)
    )
    return {
        "reference": one.reference,
        "email": one.contact_email,
        "organisation": one.organisation_name,
        "organisation_part": one.organisation_name[5:-2],
        "name_part": one.contact_name.split()[-1],
        "day": one.created_at.date().isoformat(),
        "new_request": str(last - 10),
        "old_request": str(last // 2),
        "common_field": "accounting",
        "rare_field": "web_development",
        "common_pole": "abitibi-temiscamingue",
        "rare_pole": "premieres-nations",
        "exported_from": f"{first_exported:%Y-%m-%dT%H:%M}",
        "exported_until": f"{last_exported:%Y-%m-%dT%H:%M}",
    }
