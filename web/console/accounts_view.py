"""Accounts, for administrators: who may enter, as what."""

import asyncio
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette_admin import (
    BooleanField,
    DateTimeField,
    EmailField,
    EnumField,
    PasswordField,
    StringField,
)
from starlette_admin.exceptions import FormValidationError

from catalog.accounts import (
    AccountError,
    NewAccount,
    change_account,
    create_account,
    set_active,
    set_password,
)
from catalog.models import Account, Language, Role
from web.console.authentication import account_of
from web.console.request_filters import pole_choices
from web.console.texts import label, text
from web.console.views import ReadOnlyView, choices

PROFILE = ("email", "name", "role", "pole_slug", "language")


class AccountsView(ReadOnlyView):
    key = "account"
    icon = "fa-solid fa-users"
    menu_label = label("menu_accounts")
    display_name = label("one_account")
    fields = (
        EmailField("email", label=label("field_email"), required=True),
        StringField("name", label=label("field_name"), required=True),
        EnumField("role", label=label("field_role"), choices=choices("role", Role), required=True),
        EnumField("pole_slug", label=label("field_pole"), choices_loader=pole_choices),
        EnumField(
            "language",
            label=label("field_language"),
            choices=choices("language", Language),
            required=True,
        ),
        PasswordField(
            "password",
            label=label("field_password"),
            help_text=label("password_help"),
            getter=lambda _request, _account: None,
            form_template="password.html",
            exclude_from_list=True,
            exclude_from_detail=True,
            exclude_from_export=True,
            searchable=False,
            orderable=False,
        ),
        BooleanField("active", label=label("field_active"), default=True),
        DateTimeField(
            "last_sign_in_at",
            label=label("field_last_sign_in"),
            exclude_from_create=True,
            exclude_from_edit=True,
        ),
    )
    row_actions = ("edit",)

    async def repr(self, obj: Account, request: Request) -> str:
        return obj.name

    def can_create(self, request: Request) -> bool:
        return True

    def can_edit(self, request: Request) -> bool:
        return True

    async def create(self, request: Request, data: dict[str, Any]) -> Account:
        return await asyncio.to_thread(self._write, request, data, None)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Account:
        account = await self.find_by_pk(request, pk)
        return await asyncio.to_thread(self._write, request, data, account)

    def _write(self, request: Request, data: dict[str, Any], account: Account | None) -> Account:
        session: Session = request.state.session
        by = account_of(request)
        try:
            profile = NewAccount(**{name: data.get(name) for name in PROFILE})
            if account is None:
                account = create_account(session, profile, by)
            else:
                change_account(session, account, profile, by)
            if password := data.get("password"):
                set_password(session, account, password, by)
            if account.active != bool(data.get("active")):
                set_active(session, account, bool(data.get("active")), by)
        except ValidationError as error:
            raise FormValidationError(_faults(error)) from None
        except AccountError as error:
            raise FormValidationError({error.field: text(f"account_{error.code}")}) from None
        return account


def _faults(error: ValidationError) -> dict[str, str]:
    """The text of each field at fault; that of the pôle where they do not go together."""
    named = [str(fault["loc"][0]) if fault["loc"] else "pole_slug" for fault in error.errors()]
    return {name: text(f"account_{name}_wrong") for name in named}
