"""Dates in passing, and dates as answers. Today is Monday, November 23, 2026."""

import datetime as dt

import pytest

from actions.deadlines import find_deadline, read_deadline, says_when

TODAY = dt.date(2026, 11, 23)

IN_PASSING = [
    ("fr", "On a besoin d'aide avant le 15 mars", "2027-03-15"),
    ("fr", "d'ici le 12 décembre", "2026-12-12"),
    ("fr", "d’ici vendredi", "2026-11-27"),
    ("fr", "il faut ça d'ici deux semaines", "2026-12-07"),
    ("fr", "dans trois semaines", "2026-12-14"),
    ("fr", "il nous faut ça pour demain", "2026-11-24"),
    ("fr", "pour après-demain", "2026-11-25"),
    ("fr", "avant ce soir", "2026-11-23"),
    ("fr", "dans 48 heures", "2026-11-25"),
    ("fr", "notre AGA est le 18 juin", "2027-06-18"),
    ("fr", "l'AGA a lieu le 3 décembre 2026", "2026-12-03"),
    ("fr", "avant la fin du mois", "2026-11-30"),
    ("fr", "d'ici la fin de l'année", "2026-12-31"),
    ("fr", "avant la fin de l'année prochaine", "2027-12-31"),
    ("fr", "avant Noël", "2026-12-25"),
    ("fr", "avant les Fêtes", "2026-12-25"),
    ("fr", "d'ici la fin mars", "2027-03-31"),
    ("fr", "d'ici la fin novembre", "2026-11-30"),
    ("fr", "pour la mi-janvier", "2027-01-15"),
    ("fr", "avant la mi-décembre", "2026-12-15"),
    ("fr", "avant fin février", "2027-02-28"),
    ("fr", "avant mars 2027", "2027-03-31"),
    ("fr", "pour le 1er décembre", "2026-12-01"),
    ("fr", "l'audience est le 2026-12-10", "2026-12-10"),
    ("fr", "échéance : 10/12/2026", "2026-12-10"),
    ("fr", "avant la semaine prochaine", "2026-12-04"),
    ("fr", "pour la fin de la semaine", "2026-11-27"),
    ("fr", "d'ici un mois", "2026-12-23"),
    ("fr", "le contrat finit le 31 décembre", "2026-12-31"),
    ("fr", "au plus tard lundi le 7 décembre", "2026-12-07"),
    ("fr", "au plus tard le lundi 7 décembre", "2026-12-07"),
    ("fr", "pour mardi de la semaine prochaine", "2026-12-01"),
    ("fr", "avant le 28", "2026-11-28"),
    ("fr", "avis reçu le 12 novembre, il faut répondre avant le 10 décembre", "2026-12-10"),
    ("en", "we need it by March 15", "2027-03-15"),
    ("en", "before the 15th of March", "2027-03-15"),
    ("en", "by Friday", "2026-11-27"),
    ("en", "within two weeks", "2026-12-07"),
    ("en", "in six weeks", "2027-01-04"),
    ("en", "in 48 hours", "2026-11-25"),
    ("en", "we need it by tomorrow", "2026-11-24"),
    ("en", "by the day after tomorrow", "2026-11-25"),
    ("en", "by tonight", "2026-11-23"),
    ("en", "our AGM is on June 18", "2027-06-18"),
    ("en", "the AGM is June 18, 2027", "2027-06-18"),
    ("en", "by the end of the month", "2026-11-30"),
    ("en", "before the end of the year", "2026-12-31"),
    ("en", "by year-end", "2026-12-31"),
    ("en", "before Christmas", "2026-12-25"),
    ("en", "before the holidays", "2026-12-25"),
    ("en", "by the end of March", "2027-03-31"),
    ("en", "by mid-January", "2027-01-15"),
    ("en", "by early February", "2027-02-01"),
    ("en", "due December 1st", "2026-12-01"),
    ("en", "hearing on 2026-12-10", "2026-12-10"),
    ("en", "by the end of next week", "2026-12-04"),
    ("en", "by January", "2027-01-31"),
    ("en", "the contract ends December 31", "2026-12-31"),
    ("en", "the grant closes January 15", "2027-01-15"),
    ("en", "no later than Monday, December 7", "2026-12-07"),
    ("en", "by Dec. 5", "2026-12-05"),
    ("en", "by the 28th", "2026-11-28"),
    ("en", "by Tuesday next week", "2026-12-01"),
]


@pytest.mark.parametrize(("language", "text", "expected"), IN_PASSING)
def test_a_due_date_said_in_passing_is_found(language, text, expected):
    assert str(find_deadline(text, language, TODAY).date) == expected


def test_the_words_of_a_deadline_are_kept_as_said():
    assert find_deadline("avant la fin du mois svp", "fr", TODAY).words == "la fin du mois"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "notre comptable est parti le 3 mars"),
        ("fr", "pour remplacer notre adjointe, qui a démissionné vendredi"),
        ("fr", "depuis le 12 janvier on n'a plus de site"),
        ("fr", "la réunion du 15 mars dernier s'est mal passée"),
        ("fr", "notre AGA du 14 novembre s'est mal passée"),
        ("fr", "dans la lettre reçue le 10 décembre"),
        ("fr", "le bail signé le 4 mai 2025"),
        ("fr", "l'échéance était le 4 mai 2025"),
        ("fr", "il y a deux semaines, notre directrice a quitté"),
        ("fr", "pour après les Fêtes"),
        ("fr", "besoin d'aide dans la marche à suivre"),
        ("fr", "pour les 5 à 7 du conseil"),
        ("en", "our bookkeeper left on March 3"),
        ("en", "to replace our clerk, who resigned on Friday"),
        ("en", "since January 12 our site is down"),
        ("en", "our meeting two weeks ago went badly"),
        ("en", "our AGM on November 14 went badly"),
        ("en", "in the letter received on December 10"),
        ("en", "the lease signed May 4, 2025"),
        ("en", "before we forget, we may need help"),
        ("en", "in the march of time"),
    ],
)
def test_a_date_that_is_past_or_not_due_is_left_alone(language, text):
    assert find_deadline(text, language, TODAY) is None


ANSWERS = [
    ("fr", "15 mars", "2027-03-15"),
    ("fr", "le 28", "2026-11-28"),
    ("fr", "7 déc.", "2026-12-07"),
    ("fr", "lundi le 7 décembre", "2026-12-07"),
    ("fr", "vendredi de la semaine prochaine", "2026-12-04"),
    ("fr", "vendredi", "2026-11-27"),
    ("fr", "fin janvier", "2027-01-31"),
    ("fr", "mars", "2027-03-31"),
    ("fr", "au mois de mai", "2027-05-31"),
    ("fr", "2 semaines", "2026-12-07"),
    ("fr", "fin d'année", "2026-12-31"),
    ("fr", "ce soir", "2026-11-23"),
    ("fr", "72h", "2026-11-26"),
    ("fr", "le 3 december", "2026-12-03"),
    ("en", "March 20th, 2027", "2027-03-20"),
    ("en", "Monday December 7", "2026-12-07"),
    ("en", "the 28th", "2026-11-28"),
    ("en", "friday next week", "2026-12-04"),
    ("en", "end of January", "2027-01-31"),
    ("en", "May", "2027-05-31"),
    ("en", "two weeks", "2026-12-07"),
    ("en", "the day after tomorrow", "2026-11-25"),
    ("en", "year end", "2026-12-31"),
    ("en", "Dec. 7", "2026-12-07"),
]


@pytest.mark.parametrize(("language", "answer", "expected"), ANSWERS)
def test_an_answer_gives_its_date(language, answer, expected):
    assert str(read_deadline(answer, language, TODAY).date) == expected


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("fr", "hier"),
        ("fr", "2 novembre 2025"),
        ("fr", "le 15 mars dernier"),
        ("fr", "il y a une semaine"),
        ("fr", "oui"),
        ("fr", "en 2027"),
        ("fr", "418 555-0123"),
        ("en", "yesterday"),
        ("en", "November 2, 2025"),
        ("en", "next year"),
        ("en", "no"),
    ],
)
def test_an_answer_without_a_date_to_come_gives_none(language, answer):
    assert read_deadline(answer, language, TODAY) is None


@pytest.mark.parametrize(
    "answer",
    [
        "au printemps",
        "le plus vite possible",
        "ASAP",
        "2027",
        "après les Fêtes",
        "this spring",
        "as soon as possible",
        "next year",
        "Q1",
        "a few weeks",
    ],
)
def test_a_time_that_is_no_date_is_recognised(answer):
    assert says_when(answer)


@pytest.mark.parametrize("answer", ["oui", "non", "bof", "maybe", "yes", "marie@coop.ca"])
def test_words_that_tell_no_time_are_not(answer):
    assert not says_when(answer)
