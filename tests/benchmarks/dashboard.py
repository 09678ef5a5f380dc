"""Time the dashboard on PostgreSQL: `python -m tests.benchmarks.dashboard`.

A year of 1,000,000 messages, 50,000 requests and 25,000 reviews, uneven as real ones are: a few
pôles and fields bring most of them. The whole year is asked for, as nothing asks for more rows.
"""

import json
import statistics
import time
from collections.abc import Callable

from sqlalchemy import text

from catalog.dashboard import dashboard
from catalog.database import make_session_factory, migrate
from catalog.models import utc_now
from catalog.periods import last_days
from catalog.promises import QUEBEC
from catalog.seed import seed
from tests.postgresql import throwaway_cluster

INTERPRETATIONS = 1_000_000
# One of so many messages leads to a request, is reviewed, is reviewed in the sample.
FOR_A_REQUEST = 20
FOR_A_REVIEW = 40
FOR_THE_SAMPLE = 200
RUNS = 10

FILL = (
    """
    CREATE TEMPORARY TABLE places AS
    SELECT (row_number() OVER (ORDER BY position)) - 1 AS n, slug AS field FROM fields
    """,
    """
    CREATE TEMPORARY TABLE bodies AS
    SELECT (row_number() OVER (ORDER BY slug)) - 1 AS n, slug AS pole FROM poles
    """,
    """
    CREATE TEMPORARY TABLE draws AS
    SELECT n,
           -- In order, as they come: rows of one day lie together.
           now() - interval '364 days' * (:interpretations - n) / :interpretations AS at,
           CASE WHEN random() < 0.8 THEN 'fr' ELSE 'en' END AS language,
           floor(20 * random() ^ 2)::int AS field_number,
           floor(24 * random() ^ 2)::int AS pole_number,
           random() AS luck
    FROM generate_series(1, :interpretations) AS n
    """,
    """
    INSERT INTO interpretations (id, event_id, conversation_id, said_at, pole_slug, language, text,
                                 text_key, intent, outcome, fields, ranking, confidence,
                                 model_version)
    SELECT draws.n, draws.n, 'c' || draws.n / 4, at, pole, language, repeat('mot ', 20),
           md5(draws.n::text),
           CASE WHEN luck < 0.4 THEN 'greet' ELSE 'need' END,
           outcome,
           CASE WHEN luck < 0.4 THEN '[]' ELSE format('["%s"]', field) END::json,
           '{"accounting": 0.6, "governance": 0.2}',
           0.5 + luck / 2, 'm1'
    FROM draws
    LEFT JOIN bodies ON bodies.n = pole_number
    JOIN places ON places.n = field_number,
    LATERAL (SELECT CASE WHEN luck < 0.4 THEN 'other' WHEN luck < 0.8 THEN 'route'
                         WHEN luck < 0.86 THEN 'several' WHEN luck < 0.94 THEN 'clarify'
                         ELSE 'unsure' END AS outcome) AS decided
    """,
    """
    INSERT INTO interpretation_days
    SELECT CASE WHEN grouping(pole_slug) = 1 THEN '*' ELSE coalesce(pole_slug, '') END,
           CASE WHEN grouping(field) = 1 THEN '*' ELSE coalesce(field, '') END,
           day, language,
           count(*) FILTER (WHERE outcome = 'route'), count(*) FILTER (WHERE outcome = 'several'),
           count(*) FILTER (WHERE outcome = 'clarify'), count(*) FILTER (WHERE outcome = 'unsure'),
           count(*) FILTER (WHERE outcome = 'other'),
           coalesce(sum(confidence) FILTER (WHERE outcome <> 'other'), 0)
    FROM (SELECT *, (said_at AT TIME ZONE 'America/Montreal')::date AS day, fields ->> 0 AS field
          FROM interpretations) AS said
    GROUP BY day, language, CUBE (pole_slug, field)
    """,
    """
    INSERT INTO requests (id, reference, idempotency_key, created_at, status, language,
                          organisation_name, organisation_kind, member_standing, contact_name,
                          contact_email, outside_quebec, pole_slug, description, urgency,
                          answer_due_at, first_answered_at)
    SELECT draws.n, 'C-' || draws.n, draws.n, at,
           CASE WHEN luck < 0.95 THEN 'answered' ELSE 'received' END,
           language, 'Coop', 'cooperative', 'member', 'Membre', 'membre@coop.example', false, pole,
           repeat('mot ', 40), 'normal', at + interval '1 day',
           CASE WHEN luck < 0.95 THEN at + random() * interval '2 days' END
    FROM draws LEFT JOIN bodies ON bodies.n = pole_number WHERE draws.n % :for_a_request = 0
    """,
    """
    INSERT INTO request_fields (request_id, field_slug, rank, set_by)
    SELECT draws.n, field, 1, 'bot' FROM draws JOIN places ON places.n = field_number
    WHERE draws.n % :for_a_request = 0
    """,
    """
    INSERT INTO accounts (id, email, name, role, language, active, failed_attempts, created_at)
    VALUES (1, 'r@consortium.example', 'R', 'reviewer', 'fr', true, 0, now())
    """,
    """
    INSERT INTO reviews (id, interpretation_id, account_id, reviewed_at, intent, fields, flagged,
                         queue)
    SELECT draws.n, draws.n, 1, at, intent,
           CASE WHEN random() < 0.9 THEN fields ELSE '["governance"]' END,
           false, CASE WHEN draws.n % :for_the_sample = 0 THEN 'sample' ELSE 'uncertain' END
    FROM draws JOIN interpretations ON interpretations.id = draws.n
    WHERE draws.n % :for_a_review = 0
    """,
)
COUNTS = {
    "interpretations": INTERPRETATIONS,
    "for_a_request": FOR_A_REQUEST,
    "for_a_review": FOR_A_REVIEW,
    "for_the_sample": FOR_THE_SAMPLE,
}


def measure() -> dict[str, float]:
    """Median milliseconds of the whole dashboard, for all, for one pôle and for one field."""
    with throwaway_cluster() as cluster:
        url = cluster.create_database()
        migrate(url)
        sessions = make_session_factory(url)
        with sessions.begin() as session:
            seed(session)
            for statement in FILL:
                session.execute(text(statement), COUNTS)
        with sessions.kw["bind"].connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                text("VACUUM ANALYZE")
            )
        now = utc_now()
        year = last_days(365, now.astimezone(QUEBEC).date())

        def ask(**filters: str) -> None:
            with sessions() as session:
                dashboard(session, year, now, **filters)

        measured = {
            "all": _median(ask),
            "one_pole": _median(lambda: ask(pole_slug="estrie")),
            "one_field": _median(lambda: ask(field_slug="accounting")),
        }
        sessions.kw["bind"].dispose()
    return measured


def _median(run: Callable[[], None]) -> float:
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 1)


if __name__ == "__main__":
    print(json.dumps({**COUNTS, "runs": RUNS, "milliseconds": measure()}, indent=2))
