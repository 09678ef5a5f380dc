"""What was said in a demo's conversations, turn by turn, in the bot's own words."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from catalog.consents import consent_text
from catalog.demo.stories import HUMAN, OTHER, YES, Message, Story
from catalog.demo.words import bot_text
from catalog.models import ChatTurn, ConsentPurpose, Language, Outcome, Request
from catalog.places import region_name

DOMAIN = Path(__file__).parents[2] / "domain.yml"
# As the gateway names the turn that opens a conversation.
OPENING_ID = "/start"
SKIP = "skip"

Said = dict[str, Any]
# What the bot asks, and what the member sends back.
Exchange = tuple[list[Said], str]


def turns_of(story: Story, filed: list[Request], names: dict[str, str]) -> list[ChatTurn]:
    """Every turn of a conversation; `names` are those of the fields, in its language."""
    language = story.member.language
    opening = f'/start{{"requested_language":"{language}"}}'
    heard = [opening, *(message.text for message in story.messages)]
    moments = [story.opened_at, *(message.at for message in story.messages)]
    answers = [[utter("utter_start", language)]]
    answers += [[_reply(message, language, names)] for message in story.messages]
    if filed:
        form = _form(story, names)
        answers[-1] = form[0][0]
        heard += [sent for _, sent in form]
        answers += [asked for asked, _ in form[1:]]
        references = ", ".join(request.reference for request in filed)
        response = "utter_filed_separately" if len(filed) > 1 else "utter_filed"
        answers.append([utter(response, language, reference=references, email=story.member.email)])
        left = story.at - moments[-1]
        last = moments[-1]
        moments += [last + left * step / len(form) for step in range(1, len(form) + 1)]
    return [
        ChatTurn(
            conversation_id=story.key,
            message_id=f"{story.key}-{number}" if number else OPENING_ID,
            fingerprint=hashlib.sha256(payload.encode()).hexdigest() if number else "",
            payload=payload,
            created_at=moment,
            language=language,
            messages=messages,
        )
        for number, (payload, moment, messages) in enumerate(
            zip(heard, moments, answers, strict=True)
        )
    ]


def utter(name: str, language: str, /, **values: object) -> Said:
    """A response of the bot, with the buttons under it."""
    in_english = language == Language.EN
    said = next(s for s in _responses()[name] if ("condition" in s) == in_english)
    buttons = [_choice(button["title"], button["payload"]) for button in said.get("buttons", [])]
    return {"text": said["text"].format(**values), "choices": buttons}


@cache
def _responses() -> dict[str, list[dict[str, Any]]]:
    return yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]


def _choice(title: str, payload: str) -> dict[str, str]:
    intent, brace, entities = payload.partition("{")
    value = json.loads(brace + entities)["choice"] if brace else intent.removeprefix("/")
    return {"title": title, "value": value, "payload": payload}


def _sent(value: str) -> str:
    return f'/choose{{"choice":"{value}"}}'


def _reply(message: Message, language: str, names: dict[str, str]) -> Said:
    """The bot's answer to what was typed."""
    understood = message.understood
    if understood.outcome is Outcome.OTHER:
        response = f"utter_{understood.intent}"
        if understood.intent == "ask_offer":
            listed = ", ".join(names.values())
            return utter("utter_fields_in_form", language, names=listed)
        if understood.intent == "ask_human":
            response = "utter_ask_description"
        return utter(response if response in _responses() else "utter_nothing_pending", language)
    offered = [_choice(names[slug], _sent(slug)) for slug in understood.fields]
    quoted = [names[slug] for slug in understood.fields]
    if understood.outcome is Outcome.ROUTE:
        return utter("utter_route_confirm", language, name=quoted[0])
    if understood.outcome is Outcome.SEVERAL:
        return utter("utter_route_several", language, names=", ".join(quoted))
    if understood.outcome is Outcome.CLARIFY:
        question = bot_text("which", language, first=quoted[0], second=quoted[1])
        asked = utter("utter_route_clarify", language, question=question)
    else:
        asked = utter("utter_route_unsure", language)
        offered.append(_choice(bot_text(HUMAN, language), _sent(HUMAN)))
    return {**asked, "choices": offered}


def _form(story: Story, names: dict[str, str]) -> list[Exchange]:
    """From the bot's answer to the need to the consent by which it is filed."""
    language, member = story.member.language, story.member

    def asked(slot: str, sent: str | None) -> Exchange:
        return [utter(f"utter_ask_{slot}", language)], sent or _sent(SKIP)

    region = _sent("outside") if member.outside_quebec else member.region_code
    deadline = story.deadline_words or (story.deadline and story.deadline.isoformat())
    return [
        *_routing(story, names),
        asked("organisation", member.organisation),
        asked("organisation_kind", _sent(member.kind)),
        asked("member_standing", _sent(member.standing)),
        asked("contact_name", member.name),
        asked("email", member.email),
        asked("phone", member.phone),
        asked("region", region_name(region) if region == member.region_code and region else region),
        asked("deadline", deadline),
        asked("budget", story.budget),
        *_agreement(story, names),
    ]


def _routing(story: Story, names: dict[str, str]) -> list[Exchange]:
    language, need = story.member.language, story.messages[-1]
    answer, choices = [_reply(need, language, names)], story.routing.choices
    if need.understood.outcome is Outcome.OTHER:
        described = [utter(f"utter_{key}", language) for key in ("to_qualify", "ask_description")]
        return [(answer, "/ask_human"), (described, need.text)]
    exchanges = [(answer, _sent(choices[0]))]
    if choices[0] == OTHER:
        listed = [_choice(name, _sent(slug)) for slug, name in names.items()]
        every = {**utter("utter_route_list", language), "choices": listed}
        exchanges.append(([every], _sent(choices[1])))
    return exchanges


def _agreement(story: Story, names: dict[str, str]) -> list[Exchange]:
    language = story.member.language
    summary = bot_text(
        "summary",
        language,
        fields=", ".join(names[choice.slug] for choice in story.routing.fields) or "–",
        description=story.description,
        organisation=story.member.organisation,
        contact=story.member.name,
    )
    consents = {purpose: consent_text(purpose, language) for purpose in ConsentPurpose}
    news, contact = (
        utter(f"utter_confirm_consent_{purpose}", language, consent_text=consents[purpose])
        for purpose in (ConsentPurpose.NEWS, ConsentPurpose.CONTACT)
    )
    return [
        ([news], _sent(YES if story.wants_news else "no")),
        ([utter("utter_confirm_summary", language, summary=summary)], _sent(YES)),
        ([contact], _sent(YES)),
    ]
