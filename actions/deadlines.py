"""Find the date by which something is needed, in French or English words."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

import dateparser

MONTHS = (
    r"(?:janv(?:ier)?|f[ée]v(?:rier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t|sept(?:embre)?"
    r"|oct(?:obre)?|nov(?:embre)?|d[ée]c(?:embre)?|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|dec)\b\.?"
)
WEEKDAYS = (
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
)
NUMBER = (
    r"(?:\d{1,2}|une?|deux|trois|quatre|cinq|six|huit|dix|quinze"
    r"|an?|one|two|three|four|five|six|ten)"
)
UNIT = r"(?:heures?|jours?|semaines?|mois|hours?|days?|weeks?|months?)"
WEEK = r"(?:(?:la |cette )?semaine(?: prochaine)?|(?:next |this |the )?week)"
MONTH = r"(?:(?:le |ce )?mois(?: prochain)?|(?:next |this |the )?month)"
YEAR = r"(?:(?:l['’]|cette )?ann[ée]e(?: prochaine)?|(?:next |this |the )?year)"
OF_MONTH = r"(?: (?:du|de ce|of the|of this) (?:mois|month))?(?! ?(?:[\w$%:h]))"
DAY = (
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|(?:{WEEKDAYS},? )?(?:le |the )?(?:\d{{1,2}}|1er|premier)(?:st|nd|rd|th)?(?: of)?"
    rf" {MONTHS}(?:,? \d{{4}})?"
    rf"|(?:{WEEKDAYS},? )?{MONTHS} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
    rf"|(?:next |this |ce )?{WEEKDAYS}(?: prochain| de la semaine prochaine| (?:of )?next week)?"
    rf"|(?:le|the) \d{{1,2}}(?:st|nd|rd|th)?{OF_MONTH}"
    r"|apr[èe]s[- ]demain|demain|aujourd['’]hui|ce soir"
    r"|(?:the )?day after tomorrow|tomorrow|today|tonight"
    rf"|(?:dans|d['’]ici|in|within) {NUMBER} {UNIT}"
    r"|no[ëe]l|les f[êe]tes|christmas|the holidays"
)
PERIOD = (
    r"(?:la semaine prochaine|cette semaine|le mois prochain|ce mois-ci|semaine prochaine"
    r"|mois prochain|next week|this week|next month|this month)"
)
PART_OF_PERIOD = (
    r"(?:(?P<end>(?:la |the )?(?:fin|end)(?: de| du| d['’]| of)?"
    r"|d['’]ici(?: la fin| la)?)|(?P<middle>mi|mid)|(?P<start>d[ée]but|early))[ -]?"
)
DATE = re.compile(
    rf"(?<!\w)(?:(?P<day>{DAY})"
    rf"|{PART_OF_PERIOD}(?:de |du |d['’]|la |the )?"
    rf"(?P<part_of>{WEEK}|(?:mois de )?{MONTHS}(?: \d{{4}})?|{MONTH}|{YEAR})"
    rf"|(?P<year_end>(?:fin d['’]ann[ée]e|(?:the )?year[- ]end)(?! prochaine))"
    rf"|(?P<period>{PERIOD})"
    rf"|(?:en|in|pour|by|avant|before|d['’]ici|au) (?:le )?"
    rf"(?P<month>(?:mois de )?{MONTHS}(?: \d{{4}})?)(?!\.? \d))"
    r"(?!\w)",
    re.IGNORECASE,
)
PAST = re.compile(
    r"(?:depuis|since|il y a|re[çc]ue?s?|received|dat[ée]e?|dated|from|parti[es]*|left|quitt[ée]e?"
    r"|(?:d[ée]missionn|cong[ée]di|sign|arriv|commenc|envoy|d[ée]pos|embauch)ée?s?|eu lieu"
    r"|resigned|quit|fired|signed|started|happened|hired|sent|filed|held|was|were"
    r"|en date|apr[èe]s|after)(?: du| de| le| la| les| the| on| in)*\s*$",
    re.IGNORECASE,
)
PAST_AFTER = re.compile(r"\s*(?:derni[eè]re?|pass[ée]e?|last|ago)\b", re.IGNORECASE)
# A day and month that come again only so late were said of the ones gone by.
FARTHEST_UNDATED = dt.timedelta(days=300)
CUE = re.compile(
    r"\b(?:avant|d['’]ici|au plus tard|pour|jusqu['’]au|[ée]ch[ée]ance|date limite|urgent|dans"
    r"|due?|dus?|dû|before|by|until|deadline|no later than|within|in|closes?|ferme|finit|termine"
    r"|ends?|expires?|expire|prend fin"
    r"|aga|age|agm|assembl[ée]e|audience|gala|congr[èe]s|colloque|conf[ée]rence|meeting|hearing"
    r"|[ée]v[ée]nement|event|paie|payday|pay run|r[ée]union|ouverture|opening)\b[^.?!]{0,40}$",
    re.IGNORECASE,
)
GONE = re.compile(r"\b(?:derni[eè]re?s?|pass[ée]e?s?|last|past|ago|il y a|hier)\b", re.IGNORECASE)
# Times that no date stands for: a season, a quarter, a year, a month lost in other words.
VAGUE = re.compile(
    r"\b(?:printemps|[ée]t[ée]|automne|hiver|spring|summer|fall|autumn|winter|trimestre|quarter"
    r"|ann[ée]e|an prochain|year|p[âa]ques|easter|bient[ôo]t|soon|asap|possible|au plus vite"
    r"|au plus t[ôo]t|au plus sacrant|semaines?|weeks?|mois|months?"
    r"|apr[èe]s les f[êe]tes|after the holidays|(?:19|20)\d\d"
    rf"|q[1-4]|t[1-4]|(?:de|of|en|in|vers|around|courant|d[ée]but|fin|mid|late|early) {MONTHS})",
    re.IGNORECASE,
)
CURRENT_PERIOD = re.compile(
    "(?:cette |this |the |la )?(?:semaine|week)|(?:ce |this |the |le )?(?:mois(?:-ci)?|month)"
)
NEXT_WEEK_DAY = re.compile(
    rf"({WEEKDAYS}) (?:de la semaine prochaine|(?:of )?next week)", re.IGNORECASE
)
WORK_WEEK_END = calendar.FRIDAY


@dataclass(frozen=True)
class Deadline:
    """A date, and the words that said it."""

    date: dt.date
    words: str


def find_deadline(text: str, language: str, today: dt.date) -> Deadline | None:
    """The first date in `text` that something is due, said in passing.

    A date that nothing presents as a due date, or that is told as past, is left alone.
    """
    for match in DATE.finditer(text):
        # "dans deux semaines" and "by Friday" hold their own cue.
        until_first_word = text[: match.start()] + match[0].split()[0].rstrip(".")
        if CUE.search(until_first_word) and not _is_past(text, match):
            date = _resolve(match, language, today)
            if date and date >= today and not _is_long_gone(match[0], date, today):
                return Deadline(date, match[0].strip())
    return None


def read_deadline(answer: str, language: str, today: dt.date) -> Deadline | None:
    """The date to come in an answer to “by when?”."""
    due = find_deadline(answer, language, today)
    date = due.date if due else _only_date(answer, language, today)
    return Deadline(date, answer.strip()[:200]) if date and date >= today else None


def _only_date(answer: str, language: str, today: dt.date) -> dt.date | None:
    matches = list(DATE.finditer(answer)) or list(DATE.finditer(f"in {answer}"))
    if matches:
        to_come = [match for match in matches if not _is_past(match.string, match)]
        return _resolve(to_come[0], language, today) if to_come else None
    return None if VAGUE.search(answer) else _parse(answer, language, today)


def says_when(answer: str) -> bool:
    """Whether `answer` tells a time that is no date, such as “in the spring”."""
    dated = any(not _is_past(answer, match) for match in DATE.finditer(answer))
    return bool(VAGUE.search(answer)) and not dated and not GONE.search(answer)


def _is_long_gone(words: str, date: dt.date, today: dt.date) -> bool:
    names_year = re.search(r"\d{4}|ann[ée]e|year", words, re.IGNORECASE)
    return not names_year and date - today > FARTHEST_UNDATED


def _is_past(text: str, match: re.Match) -> bool:
    return bool(PAST.search(text[: match.start()]) or PAST_AFTER.match(text[match.end() :]))


def _resolve(match: re.Match, language: str, today: dt.date) -> dt.date | None:
    if match["day"]:
        return _resolve_day(match["day"], language, today)
    period = match["part_of"] or match["period"] or match["month"] or match["year_end"]
    if re.search("ann[ée]e|year", period, re.IGNORECASE):
        return _resolve_year(match, period, today)
    first = _parse(period, language, today)
    if first is None:
        return None
    if first.month == today.month and re.fullmatch(rf"(?:mois de )?{MONTHS}", period, re.I):
        first = first.replace(year=today.year)
    if re.search("semaine|week", period, re.IGNORECASE):
        return first + dt.timedelta(days=WORK_WEEK_END - first.weekday())
    if match["start"]:
        return first.replace(day=1)
    if match["middle"]:
        return first.replace(day=15)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _resolve_day(words: str, language: str, today: dt.date) -> dt.date | None:
    weekday = NEXT_WEEK_DAY.fullmatch(words)
    if weekday is None:
        return _parse(words, language, today)
    found = _parse(weekday[1], language, today)
    this_monday = today - dt.timedelta(days=today.weekday())
    return found and this_monday + dt.timedelta(days=7 + found.weekday())


def _resolve_year(match: re.Match, period: str, today: dt.date) -> dt.date | None:
    year = today.year + bool(re.search("prochaine|next", period, re.IGNORECASE))
    if match["start"]:
        return dt.date(year, 1, 31)
    return dt.date(year, 6, 30) if match["middle"] else dt.date(year, 12, 31)


def _parse(words: str, language: str, today: dt.date) -> dt.date | None:
    found = dateparser.parse(
        _normalise(words),
        # "le 3 december" is common in both.
        languages=[language, "en" if language == "fr" else "fr"],
        settings={
            "PREFER_DATES_FROM": "future",
            "RELATIVE_BASE": dt.datetime.combine(today, dt.time(12)),
            "DATE_ORDER": "DMY",
        },
    )
    return found.date() if found else None


def _normalise(words: str) -> str:
    words = words.lower().replace("’", "'").strip(" .").removeprefix("mois de ")
    if re.fullmatch("no[ëe]l|les f[êe]tes|christmas|the holidays", words):
        return "25 december"
    if CURRENT_PERIOD.fullmatch(words) or words in ("ce soir", "tonight"):
        return "today"
    if re.fullmatch("(?:the )?day after tomorrow", words):
        return "in 2 days"
    words = re.sub(rf"^{WEEKDAYS},? (?=.*\d)", "", words)
    words = re.sub(r"^(?:le|the) (?=\d)", "", words)
    words = re.sub(
        r"^(\d{1,2})(?:st|nd|rd|th)?(?: (?:du|de ce|of the|of this) \w+)?$", r"\1", words
    )
    words = re.sub(r"^(semaine prochaine)", r"la \1", words)
    words = re.sub(r"^(mois prochain)", r"le \1", words)
    words = re.sub(r"^(?:d'ici|within)\b", "in", words) if " " in words else words
    words = re.sub(r"\bin (\w+ (?:heures?|jours?|semaines?|mois))\b", r"dans \1", words)
    words = re.sub(rf"^(?:ce )?({WEEKDAYS}) prochain$", r"\1", words)
    return re.sub(rf"^(?:ce|this) ({WEEKDAYS})$", r"\1", words)
