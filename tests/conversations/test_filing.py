"""From the first words to the row in the catalog."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor

from catalog.models import ConsentPurpose, MessageKind, RequestStatus, SetBy
from catalog.requests import local_today
from catalog.widgets import WidgetChanges, set_widget
from tests.conversations.stack import Member
from tests.conversations.steps import (
    BOOKKEEPING,
    EMAIL,
    LOGO,
    PHONE,
    answer_until,
    asked,
    begin,
    finish,
    says,
    slugs,
)
from tests.identities import signed


def test_a_need_becomes_a_request_with_a_reference(member, tell):
    words = BOOKKEEPING[member.language]
    assert tell("Comptabilité", "Accounting") in member.say(words)
    member.follow(
        ">yes",
        member.organisation,
        ">cooperative",
        ">member",
        "Marie Tremblay",
        "marie@exemple.coop",
        ">skip",
        ">skip",
        ">skip",
        ">skip",
    )
    assert member.organisation in member.said
    assert not member.filed()
    member.follow(">yes", ">no", ">yes")
    [request] = member.filed()
    assert request.reference in member.said
    assert request.description == words
    assert request.language == member.language
    assert request.contact_name == "Marie Tremblay"
    assert request.status is RequestStatus.RECEIVED
    assert [(row.field_slug, row.set_by) for row in request.fields] == [("accounting", SetBy.BOT)]
    assert {c.purpose: c.granted for c in request.consents} == {
        ConsentPurpose.CONTACT: True,
        ConsentPurpose.NEWS: False,
    }
    assert {m.kind for m in request.outbox_messages} == {MessageKind.TEAM, MessageKind.MEMBER}


def test_what_the_first_message_tells_is_not_asked_again(member, tell):
    details = tell(
        f" Écrivez à {EMAIL} ou appelez au {PHONE}. Nous sommes à Sherbrooke et il nous faut"
        " quelqu’un d’ici deux semaines.",
        f" Write to {EMAIL} or call {PHONE}. We are in Sherbrooke and need someone within two"
        " weeks.",
    )
    member.follow(BOOKKEEPING[member.language] + details, ">yes")
    questions = []
    for answer in (member.organisation, ">cooperative", ">member", "Marie Tremblay", ">skip"):
        questions.append(asked(member))
        member.follow(answer)
    assert questions == [
        "organisation",
        "organisation_kind",
        "member_standing",
        "contact_name",
        "budget",
    ]
    request = finish(member)
    assert (request.contact_email, request.contact_phone) == (EMAIL, PHONE)
    assert request.region.name == "Estrie"
    assert request.deadline == local_today() + dt.timedelta(weeks=2)


def test_consent_to_the_news_is_kept_apart_with_its_version_and_time(member):
    begin(member)
    request = finish(member, consent_news=">yes")
    news = next(c for c in request.consents if c.purpose is ConsentPurpose.NEWS)
    assert news.granted
    assert news.text_version
    assert news.given_at <= request.created_at


def test_a_second_request_keeps_who_the_member_is_and_asks_for_consent_again(member):
    begin(member)
    finish(member)
    begin(member, LOGO)
    assert asked(member) == "deadline"
    answer_until(member, "consent_news")
    assert len(member.filed()) == 1
    answer_until(member, None)
    first, second = member.filed()
    assert (slugs(first), slugs(second)) == ({"accounting"}, {"graphic_design"})
    assert second.reference in member.said
    assert second.description == LOGO[member.language]
    assert second.contact_email == first.contact_email == EMAIL


def test_the_pole_whose_page_it_is_goes_with_the_request(stack, language):
    with stack.sessions.begin() as session:
        widget = set_widget(session, "estrie", WidgetChanges(origins=["https://estrie.example"]))
    member = Member(stack, language, key=widget.key)
    begin(member)
    assert finish(member).pole_slug == "estrie"


def test_the_organisation_that_a_partner_signed_for_is_not_asked(stack, language):
    with stack.sessions.begin() as session:
        widget = set_widget(session, "laval", WidgetChanges(origins=["https://laval.example"]))
    nonce = uuid.uuid4().hex
    identity = signed(widget.identity_secret, organisation=f"Coop {nonce}", nonce=nonce)
    member = Member(stack, language, key=widget.key, identity=identity)
    member.organisation = f"Coop {nonce}"
    begin(member)
    assert asked(member) == "organisation_kind"
    assert finish(member).pole_slug == "laval"


def test_the_last_yes_sent_twice_files_once(member):
    begin(member)
    answer_until(member, "consent_contact")
    first, second = (member.post(id="tap", choice="yes") for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    [request] = member.filed()
    assert request.reference in first.text


def test_the_last_yes_tapped_twice_at_once_files_once(member):
    begin(member)
    answer_until(member, "consent_contact")
    with ThreadPoolExecutor() as pool:
        taps = list(pool.map(lambda _: member.post(id="tap", choice="yes"), range(3)))
    assert len({tap.text for tap in taps}) == 1
    [request] = member.filed()
    assert request.reference in taps[0].text


def test_yes_after_filing_files_nothing_more(member, tell):
    begin(member)
    finish(member)
    member.say(tell("oui", "yes"))
    assert says(member, "utter_nothing_pending")
    member.say(tell("réessayer", "try again"))
    assert says(member, "utter_nothing_pending")
    assert len(member.filed()) == 1
