"""The register of incidents and what purges removed, to read."""

from starlette.requests import Request
from starlette_admin import (
    BooleanField,
    DateField,
    DateTimeField,
    EnumField,
    IntegerField,
    StringField,
)

from catalog.models import PurgeKind
from web.console.texts import label
from web.console.views import ReadOnlyView, choices


class IncidentsView(ReadOnlyView):
    """Written by the command line; read and exported here."""

    key = "incident"
    icon = "fa-solid fa-triangle-exclamation"
    menu_label = label("menu_incidents")
    display_name = label("menu_incidents")
    fields = (
        DateField("found_on", label=label("field_found_on")),
        StringField("happened", label=label("field_happened")),
        StringField("circumstances", label=label("field_circumstances")),
        StringField("information", label=label("field_information")),
        StringField("people", label=label("field_people")),
        IntegerField("people_count", label=label("field_people_count")),
        BooleanField("serious", label=label("field_serious")),
        StringField("reasons", label=label("field_reasons")),
        StringField("measures", label=label("field_measures")),
        DateField("regulator_told_on", label=label("field_regulator_told_on")),
        DateField("people_told_on", label=label("field_people_told_on")),
        StringField("public_notice", label=label("field_public_notice")),
        DateField("closed_on", label=label("field_closed_on")),
    )
    row_actions = ()
    fields_default_sort = (("found_on", True),)

    def can_view_detail(self, request: Request) -> bool:
        return False


class PurgesView(ReadOnlyView):
    key = "purge"
    icon = "fa-solid fa-broom"
    menu_label = label("menu_purges")
    display_name = label("menu_purges")
    fields = (
        DateTimeField("at", label=label("field_at")),
        EnumField("kind", label=label("field_kind"), choices=choices("purge", PurgeKind)),
        IntegerField("count", label=label("field_count")),
        DateTimeField("before", label=label("field_before_day")),
    )
    row_actions = ()
    fields_default_sort = (("at", True),)

    def can_view_detail(self, request: Request) -> bool:
        return False
