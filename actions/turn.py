"""What a member just said, as the bot understood it."""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker


@dataclass(frozen=True)
class Turn:
    """One message: its text, or the choice that was pressed, and the bot's interpretation.

    `outcome`, `fields` and `ranking` are those of `bot.decision`; `fields` holds slugs, best
    first, `ranking` the probability of each slug.
    """

    text: str
    intent: str
    confidence: float
    language: str
    choice: str | None
    outcome: str
    fields: tuple[str, ...]
    ranking: dict[str, float]

    @classmethod
    def of(cls, tracker: Tracker) -> "Turn":
        message: dict[str, Any] = tracker.latest_message or {}
        intent = message.get("intent") or {}
        interpretation = message.get("interpretation") or {}
        choices = [e["value"] for e in message.get("entities") or [] if e["entity"] == "choice"]
        return cls(
            text=(message.get("text") or "").strip(),
            intent=intent.get("name") or "",
            confidence=intent.get("confidence") or 0.0,
            language=tracker.get_slot("language") or "fr",
            choice=choices[0] if choices else None,
            outcome=interpretation.get("outcome") or "other",
            fields=tuple(interpretation.get("fields") or ()),
            ranking=interpretation.get("ranking") or {},
        )

    @property
    def is_typed(self) -> bool:
        return self.choice is None and not self.text.startswith("/")

    def chose(self, *names: str) -> bool:
        return self.choice in names

    def is_intent(self, *names: str, at_least: float = 0.5) -> bool:
        return self.intent in names and self.confidence >= at_least
