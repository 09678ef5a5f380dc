"""What the chat API takes and gives."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag

from catalog.models import Language
from web.disarm import plain_words

MAX_TEXT = 2000


def _text_or_as_is(value: Any) -> Any:
    return plain_words(value) if isinstance(value, str) else value


def _key_or_unknown(value: Any) -> Any:
    # A key of the wrong type is no more and no less than a key that nobody has.
    return value if value is None or isinstance(value, str) else ""


def _kind_of_message(body: Any) -> str | None:
    """Which of the three a message holds; none if it holds none or several."""
    if not isinstance(body, dict):
        return None
    kinds = [kind for kind in ("text", "choice", "to_language") if body.get(kind) is not None]
    return kinds[0] if len(kinds) == 1 else None


class SessionRequest(BaseModel):
    key: Annotated[str | None, BeforeValidator(_key_or_unknown)] = Field(
        None, description="The key of the widget whose page opens the conversation."
    )
    grant: str | None = Field(
        None,
        max_length=1000,
        description="Needed with a key: the one that our page for this key was served with.",
    )
    identity: Annotated[str | None, Field(max_length=4000)] = Field(
        None, description="Who the partner’s server says that its member is, signed."
    )
    language: Language = Language.FR


class _Message(BaseModel):
    session: str
    id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Made by the sender; the same id always gets the same answer.",
    )


class TextMessage(_Message):
    text: Annotated[str, BeforeValidator(_text_or_as_is)] = Field(
        min_length=1, max_length=MAX_TEXT, description="Counted once trimmed."
    )


class ChoiceMessage(_Message):
    choice: str = Field(
        max_length=MAX_TEXT, description="The value of a choice that the latest answer offers."
    )


class LanguageMessage(_Message):
    to_language: Language = Field(description="The language to go on in.")


MessageRequest = Annotated[
    Annotated[TextMessage, Tag("text")]
    | Annotated[ChoiceMessage, Tag("choice")]
    | Annotated[LanguageMessage, Tag("to_language")],
    Discriminator(_kind_of_message),
]


class Choice(BaseModel):
    title: str
    value: str


class Message(BaseModel):
    text: str
    choices: list[Choice]


class MessageAnswer(BaseModel):
    messages: list[Message]
    language: Language
    failed: bool = Field(description="Whether the bot was silent: the messages say so.")


class SessionAnswer(MessageAnswer):
    session: str


class ErrorDetail(BaseModel):
    code: str
    message: str


class ErrorBody(BaseModel):
    error: ErrorDetail


PartStatus = Literal["ok", "down"]


class HealthParts(BaseModel):
    database: PartStatus
    bot: PartStatus
    actions: PartStatus
    worker: PartStatus
    learner: PartStatus
    redis: PartStatus | None = Field(None, description="Left out where there is none.")


class HealthReport(BaseModel):
    status: Literal["ok", "degraded", "down"] = Field(
        description="Degraded: requests can be made, but something behind them is late."
    )
    parts: HealthParts
