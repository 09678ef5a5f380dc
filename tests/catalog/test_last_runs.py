import datetime as dt
import time

from catalog.last_runs import BEAT_SECONDS, Heart, last_runs, record_run
from catalog.models import Job, utc_now


def test_a_job_is_known_by_its_last_good_end(sessions) -> None:
    started = utc_now()
    for job in (Job.PURGE, Job.WORK, Job.PURGE):
        with sessions.begin() as session:
            record_run(session, job)
    with sessions.begin() as session:
        ended = last_runs(session)
    assert set(ended) == {Job.PURGE, Job.WORK}
    assert started <= ended[Job.WORK] <= ended[Job.PURGE] <= utc_now()


def test_rounds_of_a_few_seconds_are_not_all_written(sessions, monkeypatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr("catalog.last_runs.time.monotonic", lambda: now)
    heart = Heart(sessions, Job.WORK)
    written = []
    for seconds in (0, 5, 5, 5, 5):
        now += seconds
        heart.beat()
        with sessions.begin() as session:
            written.append(last_runs(session)[Job.WORK])
    assert written[0] == written[1] == written[2] < written[3] == written[4]
    assert BEAT_SECONDS == 15
    assert utc_now() - written[0] < dt.timedelta(minutes=1)
