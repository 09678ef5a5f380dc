"""Editable data: fields of expertise, regions, pôles and their widgets."""

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base
from catalog.models.enums import Language, WidgetSide


class Field(Base):
    """A field of expertise; never deleted, only retired."""

    __tablename__ = "fields"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_fr: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    scope_fr: Mapped[str] = mapped_column(Text)
    scope_en: Mapped[str] = mapped_column(Text)
    team_email: Mapped[str] = mapped_column(String(320))
    active: Mapped[bool]
    position: Mapped[int]

    def name(self, language: str) -> str:
        return self.name_en if language == Language.EN else self.name_fr

    def scope(self, language: str) -> str:
        return self.scope_en if language == Language.EN else self.scope_fr


class Region(Base):
    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Pole(Base):
    """A regional social-economy body that may embed the assistant."""

    __tablename__ = "poles"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    site: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool]


class Widget(Base):
    """The assistant as the pages of a pôle show it; the public key in their snippet names it."""

    __tablename__ = "widgets"

    pole_slug: Mapped[str] = mapped_column(ForeignKey("poles.slug"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    # Pages of these origins may embed it: scheme, host and port.
    origins: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    color: Mapped[str | None] = mapped_column(String(7))
    side: Mapped[WidgetSide] = mapped_column(default=WidgetSide.RIGHT)
    opens_at_start: Mapped[bool] = mapped_column(default=False)
    greeting_fr: Mapped[str | None] = mapped_column(String(500))
    greeting_en: Mapped[str | None] = mapped_column(String(500))
    # Known to the pôle's server, which signs with it who its signed-in members are.
    identity_secret: Mapped[str] = mapped_column(String(64))
    pole: Mapped[Pole] = relationship()
