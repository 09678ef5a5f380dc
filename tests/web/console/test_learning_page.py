"""The learning loop's page: what each run came to, who may ask and decide, and what is refused."""

import pytest
from sqlalchemy import select

from catalog.models import AuditEntry, Language, LearningRun, LearningState
from tests.web.console.pages import Browser, Element, Page

pytestmark = pytest.mark.anyio

SCRIPT = "<script>alert(1)</script>"
GROUP = {"messages": 40, "before": 30, "after": 33, "gained": 5, "lost": 2}
TOLD = {
    LearningState.ASKED: ("En file", "Waiting"),
    LearningState.TRAINING: ("Entraînement en cours", "Training, two to four"),
    LearningState.COMPARING: ("Comparaison en cours", "Comparing, about"),
    LearningState.READY: ("pas moins bon : à vous de décider", "no worse: yours to decide"),
    LearningState.WORSE: ("moins bon au-delà du hasard", "worse beyond chance"),
    LearningState.PROMOTION_ASKED: ("Mise en service demandée", "Promotion asked"),
    LearningState.PROMOTED: ("En service (", "Serving ("),
    LearningState.ROLLBACK_ASKED: ("Retour demandé", "Rollback asked"),
    LearningState.ROLLED_BACK: ("le modèle d’avant sert de nouveau", "the former model serves"),
    LearningState.FAILED: ("Échoué", "Failed"),
}
UNDER_WAY = {"asked", "training", "comparing", "promotion_asked", "rollback_asked"}
BUTTONS = {LearningState.READY: ["promote"], LearningState.PROMOTED: ["roll-back"]}


@pytest.fixture
def add(sessions):
    """A function that adds a run."""

    def added(state: str = "ready", **values) -> int:
        with sessions.begin() as session:
            run = LearningRun(state=LearningState(state), **values)
            session.add(run)
        return run.id

    return added


@pytest.fixture
def states(sessions):
    """A function that reads the states of runs, oldest first."""

    def read() -> list[str]:
        with sessions() as session:
            return list(session.scalars(select(LearningRun.state).order_by(LearningRun.id)))

    return read


@pytest.fixture
def reviewer(enter) -> Browser:
    return enter("reviewer")


async def show(browser: Browser) -> Page:
    page = await browser.get("/learning")
    assert page.status == 200
    return page


async def press(browser: Browser, action: str) -> Page:
    """The page that one comes back to."""
    page = await browser.submit((await show(browser)).form(action))
    assert page.goes_to == "/console/learning"
    return await show(browser)


def run(page: Page, number: int) -> Element:
    return page.root.one("section", **{"aria-labelledby": f"run-{number}"})


def decisions(page: Page) -> list[str]:
    actions = [form.attributes.get("action", "") for form in page.root.all("form")]
    names = [action.rpartition("/")[2] for action in actions if "/learning/" in action]
    return [name for name in names if name != "train"]


def compared(*falls: str, groups: tuple[str, ...] = ("fr",), **message) -> dict:
    shown = {
        "text": "qui tient nos livres",
        "language": "fr",
        "set": "plain",
        "right": ["accounting"],
        "before": ["training", "governance"],
        "after": ["accounting"],
        "gained": True,
    }
    return {
        "groups": {name: GROUP for name in groups},
        "falls": list(falls),
        "messages": [shown | message],
    }


# What is shown


@pytest.mark.parametrize("state", LearningState)
@pytest.mark.parametrize("language", Language)
async def test_each_state_is_told_with_what_can_be_decided(enter, add, state, language) -> None:
    add(state)
    page = await show(enter("administrator", language=language))
    french, english = TOLD[state]
    assert (french if language == "fr" else english) in run(page, 1).one("p", role="status").text
    assert decisions(page) == BUTTONS.get(state, [])
    is_under_way = state in UNDER_WAY
    assert bool(list(page.root.all("div", **{"data-reloads": ""}))) is is_under_way
    assert ("disabled" in page.form("/train").one("button").attributes) is is_under_way


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Aucun essai encore."), ("en", "No run yet.")]
)
async def test_before_the_first_run_the_page_says_so(enter, language: str, words: str) -> None:
    assert words in (await show(enter("reviewer", language=language))).text


@pytest.mark.parametrize(
    ("language", "rows", "fall"),
    [
        (
            "fr",
            ["Anglais, Comptabilité", "Français", "Français, échantillon révisé"],
            "Moins bon au-delà du hasard : Anglais, Comptabilité; Français",
        ),
        (
            "en",
            ["English, Accounting", "French", "French, reviewed sample"],
            "Worse beyond chance: English, Accounting; French",
        ),
    ],
)
async def test_a_comparison_is_told_group_by_group_in_words(
    enter, add, language: str, rows: list[str], fall: str
) -> None:
    report = compared("en accounting", "fr", groups=("fr sample", "en accounting", "fr"))
    add("worse", comparison=report)
    page = await show(enter("administrator", language=language))
    body = page.root.one("table").one("tbody")
    assert [row.one("th").text for row in body.all("tr")] == rows
    assert [cell.text for cell in next(body.all("tr")).all("td")] == ["40", "30", "33", "5", "2"]
    assert [p.text for p in page.root.all("p", class_="alert-danger")] == [fall]


@pytest.mark.parametrize(
    ("gained", "language", "words"),
    [(True, "fr", "Gagné : "), (False, "fr", "Perdu : "), (True, "en", "Gained: ")],
)
async def test_a_message_that_changes_is_told_with_both_answers(
    enter, add, gained: bool, language: str, words: str
) -> None:
    report = compared(gained=gained, text="books?", language="en", before=["greet", "training"])
    add(comparison=report)
    page = await show(enter("reviewer", language=language))
    [item] = [item for item in run(page, 1).all("li") if item.text.startswith(words)]
    assert item.one("q", lang="en").text == "books?"
    names = {"fr": ("Formation", "Comptabilité"), "en": ("Training", "Accounting")}[language]
    right = {"fr": "juste : ", "en": "right: "}[language]
    assert item.text.endswith(f"greet + {names[0]} → {names[1]} ({right}{names[1]})")


async def test_what_it_learnt_is_shown_line_by_line(reviewer, add) -> None:
    diff = "--- data/nlu/fr/greet.yml\n+++ data/nlu/fr/greet.yml\n@@ -7,0 +8 @@\n+    - allô\n"
    add("failed", diff=diff, lessons=1, error="training failed, see log:\nno data")
    add("failed")
    page = await show(reviewer)
    assert run(page, 1).one("pre").raw == diff
    assert "Nouveaux exemples (1)" in run(page, 1).text
    assert "training failed, see log: no data" in run(page, 1).text
    assert run(page, 2).one("pre").text == "Aucun nouvel exemple."


async def test_what_holds_a_script_is_shown_as_text(reviewer, add) -> None:
    report = compared(f"fr {SCRIPT}", groups=(f"fr {SCRIPT}",), text=SCRIPT, before=[SCRIPT])
    add("worse", diff=f"+    - {SCRIPT}", error=SCRIPT, comparison=report)
    page = await show(reviewer)
    assert SCRIPT not in page.html
    assert page.text.count(SCRIPT) == 6


async def test_a_language_that_holds_a_mark_stays_within_its_attribute(reviewer, add) -> None:
    add(comparison=compared(language='fr" onclick="alert(1)'))
    assert run(await show(reviewer), 1).one("q")["lang"] == 'fr" onclick="alert(1)'


async def test_of_those_promoted_only_the_latest_serves(administrator, add) -> None:
    for state in ("promoted", "promoted", "worse"):
        add(state)
    page = await show(administrator)
    assert decisions(page) == ["roll-back"]
    assert "/learning/2/" in page.form("/roll-back")["action"]
    assert "En service" not in run(page, 1).text
    assert "un plus récent a pris sa place" in run(page, 1).text


async def test_only_the_latest_candidate_can_be_promoted(administrator, add) -> None:
    add("ready")
    add("failed")
    assert decisions(await show(administrator)) == []


async def test_old_runs_leave_the_page(reviewer, add) -> None:
    for _ in range(12):
        add("failed")
    sections = [
        section["aria-labelledby"] for section in (await show(reviewer)).root.all("section")
    ]
    assert sections == [f"run-{number}" for number in range(12, 2, -1)]


# Who may ask and decide


@pytest.mark.parametrize("role", ["agent", "pole"])
async def test_others_neither_see_nor_ask(enter, states, role: str) -> None:
    browser = enter(role)
    assert (await browser.get("/learning")).status == 403
    assert (await browser.post("/learning/train")).status == 403
    assert states() == []


@pytest.mark.parametrize("role", ["agent", "pole", "reviewer"])
@pytest.mark.parametrize(("state", "decision"), [("ready", "promote"), ("promoted", "roll-back")])
async def test_only_an_administrator_decides(
    enter, add, states, role: str, state: str, decision: str
) -> None:
    add(state)
    browser = enter(role)
    assert (await browser.post(f"/learning/1/{decision}")).status == 403
    assert states() == [state]
    if role == "reviewer":
        assert decisions(await show(browser)) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "C’est demandé. Cette page se met"), ("en", "Asked. This page updates itself.")],
)
async def test_a_reviewer_asks_for_a_training_in_their_own_name(
    enter, states, sessions, language: str, words: str
) -> None:
    browser = enter("reviewer", name="Anne Roy", language=language)
    page = await press(browser, "/train")
    assert len(page.alerts) == 1 and words in page.alerts[0]
    assert states() == ["asked"]
    assert "Anne Roy" in run(page, 1).one("p", role="status").text
    with sessions() as session:
        [entry] = session.query(AuditEntry).filter_by(subject="learning_runs")
        assert (entry.action, entry.account.name) == ("ask_training", "Anne Roy")


@pytest.mark.parametrize(
    ("state", "decision", "asked"),
    [("ready", "promote", "promotion_asked"), ("promoted", "roll-back", "rollback_asked")],
)
async def test_an_administrator_decides_and_the_page_says_so(
    administrator, add, states, state: str, decision: str, asked: str
) -> None:
    add(state)
    page = await press(administrator, f"/{decision}")
    assert "C’est demandé" in page.alerts[0]
    assert states() == [asked]


@pytest.mark.parametrize(
    ("given", "path", "french", "english"),
    [
        (["training"], "train", "Un essai est en cours.", "A run is under way."),
        (["ready", "asked"], "1/promote", "Un essai est en cours.", "A run is under way."),
        (["worse"], "1/promote", "ne peut pas être mis en service", "cannot be promoted"),
        (["ready", "failed"], "1/promote", "ne peut pas être mis en service", "cannot be promoted"),
        (["ready"], "1/roll-back", "Ce modèle ne sert pas", "This model does not serve"),
        (["promoted"] * 2, "1/roll-back", "Ce modèle ne sert pas", "This model does not serve"),
    ],
)
@pytest.mark.parametrize("language", Language)
async def test_what_is_refused_is_told_and_changes_nothing(
    enter, add, states, given: list[str], path: str, french: str, english: str, language: str
) -> None:
    """Two people press at once, or the page is old."""
    for state in given:
        add(state)
    browser = enter("administrator", language=language)
    assert (await browser.post(f"/learning/{path}")).goes_to == "/console/learning"
    [alert] = (await show(browser)).alerts
    assert (french if language == "fr" else english) in alert
    assert states() == given


@pytest.mark.parametrize(
    "path", ["/learning/2/promote", "/learning/1/delete", f"/learning/{10**30}/promote"]
)
async def test_what_is_not_there_cannot_be_decided(administrator, add, states, path: str) -> None:
    add("ready")
    assert (await administrator.post(path)).status == 404
    assert states() == ["ready"]


async def test_a_form_without_its_token_or_from_elsewhere_is_refused(
    administrator, add, states
) -> None:
    add("ready")
    page = await show(administrator)
    for action in ("/train", "/promote"):
        form = page.form(action)
        assert (await administrator.submit(form, csrftoken=None)).status == 403
        response = await administrator.client.post(
            form["action"],
            data=dict(form.controls()),
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        )
        assert response.status_code == 403
    assert states() == ["ready"]
