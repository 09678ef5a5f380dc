"""The form from the first words to filing, message by message."""

import pytest

from actions.answers import OPTIONAL, SKIPPED
from actions.request_form import ABOUT_THE_NEED
from tests.actions.conftest import ANSWERS, NEED, answered

NEED_WITH_ALL = {
    "fr": "Notre comptable est partie, il faut fermer l'année avant le 15 mars. Nous sommes à"
    " Sherbrooke. Écrivez à marie@coop.ca ou appelez au 418 555-0123.",
    "en": "Our bookkeeper left and we must close the year by March 15. We are in Sherbrooke."
    " Write to marie@coop.ca or call 418 555-0123.",
}


class TestBeginning:
    def test_a_clear_need_is_confirmed(self, talk, language):
        chat = talk(language).open(NEED[language], fields=("accounting",))
        assert chat.said == ["utter_route_confirm"]
        assert chat.slots["description"] == NEED[language]
        assert chat.slots["filing_key"]
        assert chat.slots["filed"] is False

    @pytest.mark.parametrize(
        ("outcome", "response"),
        [
            ("several", "utter_route_several"),
            ("clarify", "utter_route_clarify"),
            ("unsure", "utter_route_unsure"),
        ],
    )
    def test_other_needs_are_asked_about(self, talk, language, outcome, response):
        chat = talk(language).open("besoin", outcome=outcome, fields=("accounting", "training"))
        assert chat.said == [response]

    def test_what_the_first_message_tells_is_taken_and_not_asked(self, talk, language):
        chat = talk(language).open(NEED_WITH_ALL[language], fields=("accounting",))
        taken = {"email": "marie@coop.ca", "phone": "418 555-0123", "region": "05"}
        taken["deadline"] = "2027-03-15"
        assert {name: chat.slots[name] for name in taken} == taken
        asked = []
        chat.press("yes")
        for answer in ("Coop du Nord", "coop", "oui", "Marie Tremblay", "5000 $"):
            asked.append(chat.asked)
            chat.say(answer)
        assert asked == [
            "organisation",
            "organisation_kind",
            "member_standing",
            "contact_name",
            "budget",
        ]
        assert chat.asked == "summary"

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("fr", "On a été piratés, c'est urgent"),
            ("en", "We were hacked, it is urgent"),
            ("fr", "il faut la paie pour demain"),
            ("en", "we need the payroll by tomorrow"),
        ],
    )
    def test_an_urgent_need_is_flagged_at_once(self, talk, language, text):
        chat = talk(language).open(text, fields=("it_support",))
        assert chat.said == ["utter_urgent", "utter_route_confirm"]
        assert chat.slots["urgency"] == "urgent"

    @pytest.mark.parametrize("text", ["Rien d'urgent : refaire notre logo", "Not urgent: a logo"])
    def test_a_calm_need_is_not(self, talk, text):
        assert not talk().open(text, fields=("graphic_design",)).slots["urgency"]

    @pytest.mark.parametrize(
        ("language", "text"),
        [("fr", "Pouvez-vous me rappeler au 418 555-0123 ?"), ("en", "Call me at 418 555-0123")],
    )
    def test_asking_for_a_person_takes_their_number_and_asks_what_for(self, talk, language, text):
        chat = talk(language).open(text, "ask_human")
        assert chat.said == ["utter_to_qualify", "utter_ask_description"]
        assert chat.slots["phone"] == "418 555-0123"
        assert chat.slots["fields"] == []
        assert chat.slots["description"] is None

    def test_a_chosen_field_asks_what_for(self, talk, language):
        chat = talk(language).press_first("training", "choose_field")
        assert chat.said == ["utter_ask_description"]
        assert [field["slug"] for field in chat.slots["fields"]] == ["training"]

    def test_the_description_suggests_fields_to_the_person_who_will_choose(self, talk, language):
        chat = talk(language).open("une personne svp", "ask_human")
        chat.say(NEED[language], "need", fields=("accounting",))
        assert [field["slug"] for field in chat.slots["fields"]] == ["accounting"]
        assert chat.slots["routing"] == "confirmed"

    def test_the_description_does_not_change_a_chosen_field(self, talk):
        chat = talk().press_first("training", "choose_field")
        chat.say("une formation en comptabilité", "need", fields=("accounting",))
        assert [field["slug"] for field in chat.slots["fields"]] == ["training"]

    def test_a_second_request_keeps_who_and_asks_what(self, talk, language):
        chat = answered(language, filed=True, urgency="urgent", deadline_words="demain")
        chat.open("Refaire notre logo", fields=("graphic_design",))
        assert chat.slots["filing_key"] != "key-1"
        assert chat.slots["organisation"] == "Coop du Nord"
        assert not chat.slots["urgency"]
        chat.press("yes")
        assert chat.asked == "deadline"

    @pytest.mark.parametrize("confidence", [0.95, 0.3])
    def test_resuming_keeps_all_and_asks_what_is_missing(self, talk, language, confidence):
        chat = answered(language, email=None, phone=None, consent_contact=False)
        chat.open("reprendre", "resume", confidence=confidence)
        assert chat.asked == "email"
        assert chat.slots["filing_key"] == "key-1"
        assert chat.slots["description"] == NEED[language]

    def test_resuming_shows_the_summary_again_before_consent(self, talk):
        chat = answered(consent_contact=False).open("reprendre", "resume")
        assert chat.said == ["utter_confirm_summary"]
        assert chat.slots["consent_contact"] is None

    @pytest.mark.parametrize("slots", [{"filing_key": None}, {"filed": True}])
    def test_resuming_where_nothing_is_under_way_begins_anew(self, talk, slots, language):
        chat = answered(language, **slots).open("resume", "resume")
        assert chat.said == ["utter_route_list"]
        assert chat.slots["filing_key"] not in (None, "key-1")
        assert chat.slots["filed"] is False


REFUSED = [
    ("email", "marie@coop", "utter_invalid_email"),
    ("organisation_kind", "pomme", "utter_invalid_choice"),
    ("member_standing", "pomme", "utter_invalid_choice"),
    ("contact_name", "???", "utter_invalid_name"),
    ("organisation", "", "utter_invalid_name"),
    ("description", "ok", "utter_invalid_description"),
    ("summary", "pomme", "utter_invalid_choice"),
    ("consent_news", "pomme", "utter_invalid_choice"),
    ("consent_contact", "pomme", "utter_invalid_choice"),
    ("phone", "555-0123", "utter_invalid_phone"),
    ("region", "Saint-Ubalde-des-Bois", "utter_invalid_region"),
    ("deadline", "hier", "utter_invalid_deadline"),
]


class TestRefusals:
    @pytest.mark.parametrize(("slot", "text", "response"), REFUSED)
    def test_a_refused_answer_is_explained_then_asked_again(
        self, at, language, slot, text, response
    ):
        chat = at(slot, language)
        chat.say(text)
        assert chat.said[0] == response
        assert chat.asked == slot
        assert chat.slots["strikes"] == 1

    @pytest.mark.parametrize(("slot", "text", "response"), REFUSED[:9])
    def test_three_refusals_of_a_required_answer_pause_the_form(self, at, slot, text, response):
        chat = at(slot)
        for _ in range(3):
            chat.say(text)
        assert chat.said == ["utter_form_paused"]
        assert chat.form is None
        assert chat.slots["description"] == (None if slot == "description" else NEED["fr"])

    @pytest.mark.parametrize(("slot", "text", "response"), REFUSED[9:])
    def test_three_refusals_leave_an_optional_question(self, at, slot, text, response):
        chat = at(slot)
        for _ in range(3):
            chat.say(text)
        assert chat.said[0] == "utter_set_aside"
        assert chat.slots[slot] == SKIPPED
        assert chat.slots["strikes"] == 0

    def test_three_refusals_of_the_field_leave_it_to_a_person(self, talk, language):
        chat = talk(language).open(NEED[language], fields=("accounting",))
        for _ in range(3):
            chat.say("hum")
        assert chat.said == ["utter_to_qualify", "utter_ask_organisation"]
        assert chat.slots["fields"] == []

    def test_an_accepted_answer_forgives_the_refusals_before(self, at):
        chat = at("email")
        chat.say("marie@coop").say("marie@coop").say("marie@coop.ca")
        assert chat.slots["strikes"] == 0

    @pytest.mark.parametrize(
        ("language", "text"), [("fr", "je ne sais pas"), ("en", "I don't know")]
    )
    @pytest.mark.parametrize("slot", ["description", "organisation", "contact_name", "email"])
    def test_a_required_answer_is_said_to_be_needed(self, at, slot, language, text):
        chat = at(slot, language)
        chat.say(text, "skip")
        assert chat.said[0] == "utter_required"
        assert chat.asked == slot

    @pytest.mark.parametrize("slot", sorted(OPTIONAL))
    def test_an_optional_question_is_skipped(self, at, slot, language):
        chat = at(slot, language)
        chat.press("skip")
        assert chat.slots[slot] == SKIPPED
        assert chat.asked != slot

    def test_details_told_with_a_refused_answer_are_kept(self, at):
        chat = at("contact_name", email=None, phone=None)
        chat.say("marie@coop.ca, 418 555-0123")
        assert chat.said[0] == "utter_invalid_name"
        assert chat.slots["email"] == "marie@coop.ca"
        assert chat.slots["phone"] == "418 555-0123"


class TestSeveralAnswersAtOnce:
    @pytest.mark.parametrize(
        "text", ["Marie Roy, marie@coop.ca, 418 555-0123", "Marie Roy (marie@coop.ca) 418-555-0123"]
    )
    def test_a_name_with_its_details_answers_three_questions(self, at, language, text):
        chat = at("contact_name", language)
        chat.say(text)
        assert chat.slots["contact_name"] == "Marie Roy"
        assert chat.slots["email"] == "marie@coop.ca"
        assert chat.slots["phone"] == "418 555-0123"
        assert chat.asked == "region"

    def test_a_detail_that_was_given_is_not_replaced_in_passing(self, at):
        chat = at("organisation", email="marie@coop.ca", phone=None)
        chat.say("Coop du Sud, info@coopdusud.ca")
        assert chat.slots["email"] == "marie@coop.ca"

    def test_the_name_of_an_organisation_tells_no_kind(self, at, language):
        chat = at("organisation", language)
        chat.say("Coop d'habitation Les Beaux Jours")
        assert chat.slots["organisation"] == "Coop d'habitation Les Beaux Jours"
        assert chat.asked == "organisation_kind"

    @pytest.mark.parametrize(("language", "text"), [("fr", "demain"), ("en", "tomorrow")])
    def test_a_near_deadline_flags_the_request(self, at, language, text):
        chat = at("deadline", language)
        chat.say(text, "goodbye", 0.86)
        assert chat.slots["urgency"] == "urgent"
        assert chat.said == ["utter_urgent", "utter_ask_budget"]

    def test_a_deadline_put_off_calms_the_request(self, at):
        chat = at("budget", deadline="2026-11-24", urgency="urgent")
        chat.say("non, l'échéance est le 15 juin", "correct")
        assert chat.slots["deadline"] == "2027-06-15"
        assert not chat.slots["urgency"]

    @pytest.mark.parametrize(
        ("language", "text"), [("fr", "le plus vite possible"), ("en", "as soon as possible")]
    )
    def test_as_soon_as_possible_is_an_answer(self, at, language, text):
        chat = at("deadline", language)
        chat.say(text, "need", 0.91, outcome="unsure", fields=("training",))
        assert chat.slots["deadline"] == SKIPPED
        assert chat.slots["deadline_words"] == text
        assert chat.slots["description"] == NEED[language]
        assert chat.slots["urgency"] == "urgent"


class TestCorrections:
    @pytest.mark.parametrize(
        ("language", "text"),
        [("fr", "non, mon courriel est paul@coop.ca"), ("en", "actually my email is paul@coop.ca")],
    )
    @pytest.mark.parametrize("slot", ["phone", "region", "deadline", "budget", "organisation_kind"])
    def test_a_correction_is_taken_in_the_middle_then_the_form_asks_again(
        self, at, slot, language, text
    ):
        chat = at(slot, language, email="marie@coop.ca")
        chat.say(text, "correct", 0.49)
        assert chat.slots["email"] == "paul@coop.ca"
        assert chat.said[0] == "utter_corrected"
        assert chat.asked == slot

    def test_a_correction_at_the_summary_shows_it_again(self, at, language):
        chat = at("summary", language)
        chat.say("non, mon courriel est paul@coop.ca", "correct")
        assert chat.said == ["utter_corrected", "utter_confirm_summary"]
        assert "paul@coop.ca" in chat.messages[-1]["summary"]

    @pytest.mark.parametrize("slot", ["consent_news", "consent_contact"])
    def test_a_correction_at_a_consent_shows_the_summary_again(self, at, slot):
        chat = at(slot)
        chat.say("oups, mon téléphone est le 514 555-0199", "correct")
        assert chat.asked == "summary"
        assert "514 555-0199" in chat.messages[-1]["summary"]

    @pytest.mark.parametrize(("language", "no"), [("fr", "non"), ("en", "no")])
    def test_a_no_at_the_summary_asks_what_to_correct(self, at, language, no):
        chat = at("summary", language)
        chat.say(no, "deny")
        assert chat.said == ["utter_ask_correction"]

    @pytest.mark.parametrize("text", ["il y a une erreur", "oui mais il y a une faute", "edit"])
    def test_a_vague_correction_at_the_summary_asks_what_to_correct(self, at, text):
        chat = at("summary")
        chat.say(text, "correct")
        assert chat.said == ["utter_ask_correction"]

    @pytest.mark.parametrize("text", ["tout est beau sauf une chose", "fine except one thing"])
    def test_a_yes_with_a_reserve_confirms_nothing(self, at, text):
        chat = at("summary")
        chat.say(text, "affirm")
        assert chat.said == ["utter_ask_correction"]

    @pytest.mark.parametrize(
        ("text", "intent"), [("le téléphone", "ask_human"), ("phone", "ask_human")]
    )
    def test_what_to_correct_is_named_in_a_word(self, at, text, intent):
        chat = at("summary", summary_step="fix")
        chat.say(text, intent)
        assert chat.asked == "phone"

    def test_what_to_correct_is_chosen_answered_and_shown(self, at, language):
        chat = at("summary", language)
        chat.press("fix").press("fix_organisation")
        assert chat.said == ["utter_ask_organisation"]
        chat.say("Coop du Sud")
        assert chat.said == ["utter_confirm_summary"]
        assert "Coop du Sud" in chat.messages[-1]["summary"]

    def test_the_field_is_corrected_from_the_list(self, at, language):
        chat = at("summary", language)
        chat.press("fix_routing")
        assert chat.said == ["utter_route_list"]
        chat.press("training")
        assert chat.asked == "summary"
        assert [field["slug"] for field in chat.slots["fields"]] == ["training"]

    def test_nothing_to_correct_goes_on(self, at):
        chat = at("summary", summary_step="fix")
        chat.press("yes")
        assert chat.asked == "consent_news"

    def test_a_name_that_is_only_said_to_be_wrong_is_asked_again(self, at, language):
        chat = at("summary", language)
        chat.say("mon nom est mal écrit", "correct")
        assert chat.said == ["utter_ask_contact_name"]

    def test_a_no_to_the_field_sets_no_name(self, talk):
        chat = talk().open(NEED["fr"], fields=("accounting",))
        chat.say("Non, c'est pour notre nom de domaine", "deny")
        assert chat.said == ["utter_route_list"]
        assert chat.slots["contact_name"] is None


class TestDigressions:
    @pytest.mark.parametrize(
        ("language", "text"),
        [("fr", "c'est quoi vos tarifs?"), ("en", "how much does it cost?")],
    )
    @pytest.mark.parametrize("slot", list(ANSWERS))
    def test_a_question_is_answered_once_then_the_form_asks_again(self, at, slot, language, text):
        chat = at(slot, language)
        chat.say(text, "ask_price")
        assert chat.rejections == 1
        assert chat.said[0] == "utter_ask_price"
        assert chat.asked == slot
        assert len(chat.said) == 2

    def test_the_next_message_is_rejected_again(self, at):
        chat = at("email")
        chat.say("vos prix?", "ask_price").say("êtes-vous un robot?", "ask_bot")
        assert chat.rejections == 1

    def test_asking_for_a_person_says_that_one_will_answer(self, at, language):
        chat = at("email", language)
        chat.command("ask_human")
        assert chat.said == ["utter_human_in_form", "utter_ask_email"]

    def test_asking_what_is_offered_names_the_fields_without_buttons(self, at, language):
        chat = at("email", language)
        chat.command("ask_offer")
        assert chat.said == ["utter_fields_in_form", "utter_ask_email"]
        assert "buttons" not in chat.messages[0] or not chat.messages[0]["buttons"]

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("Retour à la terre", "start_over"),
            ("Stop Suicide", "cancel"),
            ("Fresh Start", "start_over"),
        ],
    )
    def test_an_organisation_called_like_a_command_is_kept(self, at, text, intent):
        chat = at("organisation")
        chat.say(text, intent)
        assert chat.rejections == 0
        assert chat.slots["organisation"] == text

    @pytest.mark.parametrize("text", ["Annule", "cancel"])
    @pytest.mark.parametrize("slot", ["organisation", "contact_name", "budget", "description"])
    def test_a_command_is_left_to_its_rule(self, at, slot, text):
        chat = at(slot)
        chat.say(text, "cancel")
        assert chat.rejections == 1


ADDITION = {"fr": "on a aussi besoin d'un logo", "en": "we also need a new logo"}


class TestAdditions:
    @pytest.mark.parametrize("slot", ["organisation_kind", "email", "phone", "summary"])
    def test_another_need_in_the_middle_is_added_to_the_words(self, at, slot, language):
        chat = at(slot, language)
        chat.say(ADDITION[language], "need", fields=("graphic_design",))
        assert chat.said[0] == "utter_words_added"
        assert chat.slots["description"] == f"{NEED[language]}\n{ADDITION[language]}"
        assert chat.asked == slot

    @pytest.mark.parametrize("slot", ["consent_news", "consent_contact"])
    def test_words_added_after_the_summary_are_shown_before_consent(self, at, slot, language):
        chat = at(slot, language)
        chat.say(ADDITION[language], "need", fields=("graphic_design",))
        assert chat.asked == "summary"
        assert ADDITION[language] in chat.messages[-1]["summary"]

    def test_an_addition_does_not_replace_what_was_answered(self, at):
        chat = at("summary")
        chat.say(
            "un logo aussi pour la succursale de Laval, info@laval.coop", "need", fields=("x",)
        )
        assert chat.slots["region"] == "05"
        assert chat.slots["email"] == "marie@coop.ca"

    def test_an_addition_tells_what_was_skipped(self, at):
        chat = at("summary", deadline=SKIPPED)
        chat.say("il faut aussi un logo avant le 15 mars", "need", fields=("x",))
        assert chat.slots["deadline"] == "2027-03-15"

    @pytest.mark.parametrize("text", ["St-Camille", "Jean-Guy", "Association des locataires"])
    def test_a_short_answer_taken_for_a_need_is_not_added(self, at, text):
        chat = at("region")
        chat.say(text, "need", 0.9, outcome="unsure", fields=("training",))
        assert chat.said[0] == "utter_invalid_region"
        assert chat.slots["description"] == NEED["fr"]

    def test_a_doubtful_need_is_not_added(self, at):
        chat = at("email")
        chat.say("quelque chose d'assez long ici", "need", 0.6, fields=("training",))
        assert chat.said[0] == "utter_invalid_email"

    def test_a_need_told_again_at_the_field_adds_its_words(self, talk, language):
        chat = talk(language).open(NEED[language], fields=("accounting",))
        chat.say("plutôt un logo pour nous", "need", fields=("graphic_design",))
        assert chat.slots["description"] == f"{NEED[language]}\nplutôt un logo pour nous"
        assert chat.said == ["utter_route_confirm"]

    def test_the_name_of_a_field_adds_no_words(self, talk):
        chat = talk().open(NEED["fr"], fields=("training",))
        chat.say("comptabilité", "need", fields=("accounting",))
        assert chat.slots["description"] == NEED["fr"]
        assert chat.slots["fields"][0]["slug"] == "accounting"


class TestConsent:
    @pytest.mark.parametrize(("language", "yes"), [("fr", "oui"), ("en", "yes")])
    def test_only_a_yes_files(self, at, language, yes):
        chat = at("consent_contact", language)
        chat.say(yes, "affirm")
        assert chat.said == ["utter_filed"]
        assert chat.slots["filed"] is True

    @pytest.mark.parametrize(("language", "no"), [("fr", "non"), ("en", "no")])
    def test_a_no_files_nothing_and_keeps_all(self, at, language, no):
        chat = at("consent_contact", language)
        chat.say(no, "deny")
        assert chat.said == ["utter_not_filed"]
        assert chat.slots["filed"] is False
        assert chat.slots["description"] == NEED[language]

    @pytest.mark.parametrize("text", ["je ne sais pas", "I don't know"])
    def test_doubt_is_neither(self, at, text):
        chat = at("consent_contact")
        chat.say(text, "skip")
        assert chat.asked == "consent_contact"
        assert chat.said[-1] == "utter_confirm_consent_contact"

    def test_something_may_still_be_corrected(self, at):
        chat = at("consent_contact")
        chat.press("fix")
        assert chat.said == ["utter_ask_correction"]
        chat.press("yes")
        assert chat.asked == "consent_contact"

    @pytest.mark.parametrize(("choice", "expected"), [("yes", True), ("no", False)])
    def test_the_newsletter_is_a_choice_apart(self, at, choice, expected):
        chat = at("consent_news")
        chat.press(choice)
        assert chat.slots["consent_news"] is expected
        assert chat.asked == "consent_contact"


def test_a_request_is_gathered_from_first_to_last_question(talk, language):
    chat = talk(language).open(NEED[language], fields=("accounting",))
    asked = [chat.asked]
    for message in (
        {"choice": "yes"},
        {"text": "Coop du Nord"},
        {"choice": "cooperative"},
        {"choice": "member"},
        {"text": "Marie Tremblay"},
        {"text": "marie@coop.ca"},
        {"text": "418 555-0123"},
        {"text": "Sherbrooke"},
        {"choice": "skip"},
        {"choice": "skip"},
        {"choice": "yes"},
        {"choice": "no"},
        {"choice": "yes"},
    ):
        chat.press(message["choice"]) if "choice" in message else chat.say(message["text"])
        asked.append(chat.asked)
    assert asked == [slot for slot in ANSWERS if slot != "description"] + [None]
    assert chat.said == ["utter_filed"]


def test_resetting_forgets_the_need_and_keeps_the_member(talk):
    chat = answered()
    chat.perform("action_reset_request")
    assert all(chat.slots[slot] is None for slot in (*ABOUT_THE_NEED, "filing_key"))
    assert chat.slots["email"] == "marie@coop.ca"
