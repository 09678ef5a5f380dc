"""The audit trail, to read."""

import json
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from starlette.requests import Request
from starlette_admin import ComputedField, DateTimeField, StringField

from catalog.models import AuditEntry
from web.console.texts import label, text
from web.console.views import ReadOnlyView

# How a person changes what is theirs without an account.
LINK = "link"


def author(entry: AuditEntry) -> str:
    if entry.account:
        return entry.account.name
    return text("the_person" if entry.after.get("through") == LINK else "command_line")


class AuditView(ReadOnlyView):
    key = "audit"
    icon = "fa-solid fa-clock-rotate-left"
    menu_label = label("menu_audit")
    display_name = label("menu_audit")
    fields = (
        DateTimeField("at", label=label("field_at")),
        ComputedField(
            "account", label=label("field_author"), getter=lambda _request, row: author(row)
        ),
        StringField("action", label=label("field_action")),
        StringField("subject", label=label("field_subject")),
        StringField("subject_id", label=label("field_subject_id")),
        ComputedField(
            "before", label=label("field_before"), getter=lambda _request, row: _written(row.before)
        ),
        ComputedField(
            "after", label=label("field_after"), getter=lambda _request, row: _written(row.after)
        ),
    )
    row_actions = ()
    fields_default_sort = (("at", True),)

    def can_view_detail(self, request: Request) -> bool:
        return False

    def get_list_query(self, request: Request) -> Select:
        return select(AuditEntry).options(joinedload(AuditEntry.account))


def _written(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
