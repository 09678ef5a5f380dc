"""The files of data are loaded as often as wanted, and no request ever loses what it points at."""

import shutil
from pathlib import Path

import pytest
import yaml
from sqlalchemy import func, select

import catalog
from catalog import seed as seed_module
from catalog.database import SessionFactory
from catalog.models import Field, Pole, Region, Request
from catalog.requests import file_requests
from catalog.seed import SeedError, seed
from tests.catalog.drafts import chosen, draft

FILES = ("fields.yml", "poles.yml", "regions.yml")
TWENTY = [
    "legal_services",
    "governance",
    "hr_management",
    "recruitment",
    "labour_relations",
    "payroll_benefits",
    "occupational_health_safety",
    "accounting",
    "finance_funding",
    "strategic_planning",
    "organizational_management",
    "marketing_business_development",
    "communications",
    "graphic_design",
    "event_management",
    "training",
    "web_development",
    "it_support",
    "cybersecurity_privacy",
    "digital_transformation",
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the data files, copied, for the test to edit."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in FILES:
        shutil.copy(Path(catalog.__file__).with_name(name), folder)
    monkeypatch.setattr(seed_module, "DATA", folder)
    return folder


def edit(path: Path, change) -> None:
    entries = {entry["slug"]: entry for entry in yaml.safe_load(path.read_text("utf-8"))}
    change(entries)
    path.write_text(yaml.safe_dump(list(entries.values()), allow_unicode=True), "utf-8")


def everything(sessions: SessionFactory) -> list[tuple]:
    with sessions() as session:
        return [
            tuple(row)
            for model in (Field, Pole, Region)
            for row in session.execute(
                select(model.__table__).order_by(*model.__mapper__.primary_key)
            )
        ]


def test_the_fields_are_the_twenty_in_their_order(sessions: SessionFactory) -> None:
    with sessions() as session:
        assert list(session.scalars(select(Field.slug).order_by(Field.position))) == TWENTY
        assert session.scalar(select(func.count()).where(Field.active)) == 20


def test_a_field_has_names_and_scopes_in_both_languages_and_a_team(
    sessions: SessionFactory,
) -> None:
    with sessions() as session:
        fields = session.scalars(select(Field)).all()
    names = [field.name(language) for field in fields for language in ("fr", "en")]
    scopes = [field.scope(language) for field in fields for language in ("fr", "en")]
    assert all(text.strip() == text != "" for text in names + scopes)
    assert len(set(scopes)) == 40
    assert (
        len({field.name_fr for field in fields}) == len({field.name_en for field in fields}) == 20
    )
    assert all(field.name_fr != field.name_en for field in fields)
    assert all("@" in field.team_email for field in fields)


def test_there_are_the_seventeen_regions_and_each_has_a_pole(sessions: SessionFactory) -> None:
    with sessions() as session:
        codes = set(session.scalars(select(Region.code)))
        assert codes == {f"{number:02}" for number in range(1, 18)}
        assert set(session.scalars(select(Pole.region_code))) - {None} == codes


def test_loading_again_changes_nothing(sessions: SessionFactory) -> None:
    before = everything(sessions)
    with sessions.begin() as session:
        seed(session)
    assert everything(sessions) == before


def test_a_renamed_field_keeps_its_requests(sessions: SessionFactory, data: Path) -> None:
    file_requests(sessions, [draft(fields=chosen("accounting"))])
    edit(
        data / "fields.yml",
        lambda fields: fields["accounting"].update(name={"fr": "Les livres", "en": "The books"}),
    )
    with sessions.begin() as session:
        seed(session)
    with sessions() as session:
        [row] = session.scalars(select(Request)).one().fields
        assert (row.field.slug, row.field.name_fr) == ("accounting", "Les livres")


@pytest.mark.parametrize(
    "retire",
    [
        lambda fields: fields["accounting"].update(active=False),
        lambda fields: fields.pop("accounting"),
    ],
    ids=["marked", "removed"],
)
def test_a_retired_field_keeps_its_requests_and_may_come_back(
    sessions: SessionFactory, data: Path, retire
) -> None:
    file_requests(sessions, [draft(fields=chosen("accounting"))])
    edit(data / "fields.yml", retire)
    with sessions.begin() as session:
        seed(session)
    with sessions() as session:
        [row] = session.scalars(select(Request)).one().fields
        assert (row.field.name_fr, row.field.active) == ("Comptabilité", False)
        assert session.scalar(select(func.count()).where(Field.active)) == 19
    shutil.copy(Path(catalog.__file__).with_name("fields.yml"), data)
    with sessions.begin() as session:
        seed(session)
    with sessions() as session:
        assert session.get_one(Field, "accounting").active


def test_a_pole_that_the_file_no_longer_names_keeps_its_requests(
    sessions: SessionFactory, data: Path
) -> None:
    file_requests(sessions, [draft(pole_slug="laval")])
    edit(data / "poles.yml", lambda poles: poles.pop("laval"))
    with sessions.begin() as session:
        seed(session)
    with sessions() as session:
        assert session.scalar(select(Request.pole_slug)) == "laval"
        assert not session.get_one(Pole, "laval").active
        assert session.get_one(Pole, "estrie").active


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- slug: a\n  name: {fr: A, en: B\n", r"catalog/fields\.yml, line 3: "),
        ("- slug: a\n  name: {fr: A}\n", r"catalog/fields\.yml, entry 1: 'en' is missing"),
        ("- legal_services\n", r"catalog/fields\.yml, entry 1: "),
        ("", r"catalog/fields\.yml: entries are expected"),
    ],
    ids=["not YAML", "a key forgotten", "no entry", "empty"],
)
def test_a_mistake_in_a_file_is_told_with_its_place_and_changes_nothing(
    sessions: SessionFactory, data: Path, content: str, message: str
) -> None:
    before = everything(sessions)
    (data / "fields.yml").write_text(content, "utf-8")
    with pytest.raises(SeedError, match=f"^{message}[^\n]*$"), sessions.begin() as session:
        seed(session)
    assert everything(sessions) == before
