import datetime as dt

import pytest

from catalog.urgency import is_urgent

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "C'est urgent",
        "c’est une urgence",
        "il faut répondre au plus sacrant",
        "le plus vite possible",
        "ça presse",
        "on a été piratés",
        "On a reçu une demande de rançon, un rançongiciel",
        "il y a eu une fuite de données",
        "notre boîte de courriel a été compromise : compte compromis",
        "le site Web est en panne pendant les inscriptions",
        "la paie est demain et rien n'est prêt",
        "accident de travail grave ce matin",
        "le syndicat a envoyé un avis de grève",
        "This is urgent",
        "we need someone ASAP",
        "it's an emergency",
        "our email was hacked",
        "somebody broke into our mailbox",
        "ransomware on our server",
        "there was a data breach",
        "our website is down",
        "payroll is due tomorrow",
        "we received a strike notice",
        "serious accident at work",
        "we need help right away",
    ],
)
def test_a_cue_of_urgency_is_heard(text):
    assert is_urgent(text, None, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "Ce n'est pas urgent",
        "rien d'urgent",
        "pas vraiment urgent",
        "ça presse pas",
        "rédiger un plan de mesures d’urgence",
        "nous gérons un hébergement d'urgence",
        "une formation sur l'hameçonnage",
        "un atelier pour reconnaître un rançongiciel",
        "refaire notre site Web",
        "organiser un hackathon",
        "It's not urgent",
        "it isn't urgent at all",
        "not so urgent",
        "writing our emergency plan",
        "we run an emergency shelter",
        "a training on phishing and ransomware",
        "a workshop about hacked accounts",
        "redo our website",
    ],
)
def test_words_of_urgency_that_do_not_press_are_not(text):
    assert not is_urgent(text, None, TODAY)


def test_a_negation_does_not_hide_another_cue():
    assert is_urgent("Ce n'est pas urgent pour le logo, mais notre site est en panne", None, TODAY)


@pytest.mark.parametrize(("days", "expected"), [(0, True), (3, True), (4, False)])
def test_a_deadline_within_three_days_is_urgent(days, expected):
    assert is_urgent("besoin d'aide", TODAY + dt.timedelta(days), TODAY) is expected
