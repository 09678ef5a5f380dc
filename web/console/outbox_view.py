"""E-mails, sent or not: those that could not leave wait here for someone to send them again."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from starlette.requests import Request
from starlette_admin import ComputedField, DateTimeField, EnumField, IntegerField, StringField
from starlette_admin.actions import ActionSelection, action
from starlette_admin.flash import flash

from catalog.audit import record
from catalog.models import MessageKind, OutboxMessage, utc_now
from web.console.authentication import account_of
from web.console.texts import label, text
from web.console.views import ReadOnlyView, choices


class OutboxView(ReadOnlyView):
    key = "outbox"
    icon = "fa-solid fa-paper-plane"
    menu_label = label("menu_outbox")
    display_name = label("menu_outbox")
    fields = (
        DateTimeField("created_at", label=label("field_created_at")),
        EnumField("kind", label=label("field_kind"), choices=choices("kind", MessageKind)),
        StringField("recipient", label=label("field_recipient")),
        StringField("subject", label=label("field_mail_subject")),
        DateTimeField("sent_at", label=label("field_sent_at")),
        DateTimeField("parked_at", label=label("field_parked_at")),
        IntegerField("attempts", label=label("field_attempts")),
        StringField("last_error", label=label("field_last_error")),
        ComputedField(
            "reference",
            label=label("field_reference"),
            getter=lambda _request, row: row.request.reference,
        ),
    )
    actions = ("send_again", "export")
    row_actions = ()
    fields_default_sort = (("created_at", True),)

    def can_view_detail(self, request: Request) -> bool:
        return False

    def get_list_query(self, request: Request) -> Select:
        return select(OutboxMessage).options(joinedload(OutboxMessage.request))

    @action(
        name="send_again",
        text=label("action_send_again"),
        confirmation=label("action_send_again_confirm"),
        submit_btn_text=label("apply"),
    )
    async def send_again_action(self, request: Request, selection: ActionSelection) -> None:
        """Have those that were given up tried again; what was sent is not sent twice."""
        parked = [message for message in await selection.rows() if message.parked_at]
        for message in parked:
            message.parked_at = None
            message.attempts = 0
            message.next_attempt_at = utc_now()
            record(
                request.state.session,
                account_of(request),
                "send_again",
                "outbox_messages",
                message.id,
            )
        flash(request, text("changed_count", count=len(parked)), "success")
