"""The figures of the dashboard, for any period, for all or for one pôle or field."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.bot_figures import BotFigures, ReviewFigures, bot_figures, review_figures
from catalog.periods import Period
from catalog.request_figures import RequestFigures, request_figures


@dataclass(frozen=True)
class Dashboard:
    requests: RequestFigures
    bot: BotFigures
    reviews: ReviewFigures


def dashboard(
    session: Session,
    period: Period,
    now: dt.datetime,
    pole_slug: str | None = None,
    field_slug: str | None = None,
) -> Dashboard:
    """All figures of `period`, but for requests that wait: those are of `now`.

    Args:
        pole_slug: only what came by this pôle.
        field_slug: only what is mainly about this field.
    """
    return Dashboard(
        requests=request_figures(session, period, now, pole_slug, field_slug),
        bot=bot_figures(session, period, pole_slug, field_slug),
        reviews=review_figures(session, period, pole_slug, field_slug),
    )
