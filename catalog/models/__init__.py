"""Tables of the catalog, as typed SQLAlchemy models."""

from catalog.models.base import Base, UtcDateTime, enum_column, utc_now
from catalog.models.conversations import (
    ChatTurn,
    Conversation,
    Interpretation,
    InterpretationDay,
    Review,
)
from catalog.models.enums import (
    ConsentPurpose,
    Job,
    Language,
    LearningState,
    MemberStanding,
    MessageKind,
    OrganisationKind,
    Outcome,
    PurgeKind,
    RequestStatus,
    Role,
    SetBy,
    Urgency,
    WidgetSide,
)
from catalog.models.learning import LearningRun
from catalog.models.operations import LastRun
from catalog.models.privacy import Erasure, Incident, Purge
from catalog.models.reference import Field, Pole, Region, Widget
from catalog.models.requests import (
    Consent,
    FieldsChange,
    Note,
    OutboxMessage,
    ReferenceSequence,
    Request,
    RequestField,
    StatusChange,
)
from catalog.models.staff import Account, AccountSession, AuditEntry, SavedView

__all__ = [
    "Account",
    "AccountSession",
    "AuditEntry",
    "Base",
    "ChatTurn",
    "Consent",
    "ConsentPurpose",
    "Conversation",
    "Erasure",
    "Field",
    "FieldsChange",
    "Incident",
    "Interpretation",
    "InterpretationDay",
    "Job",
    "Language",
    "LastRun",
    "LearningRun",
    "LearningState",
    "MemberStanding",
    "MessageKind",
    "Note",
    "OrganisationKind",
    "OutboxMessage",
    "Outcome",
    "Pole",
    "Purge",
    "PurgeKind",
    "ReferenceSequence",
    "Region",
    "Request",
    "RequestField",
    "RequestStatus",
    "Review",
    "Role",
    "SavedView",
    "SetBy",
    "StatusChange",
    "Urgency",
    "UtcDateTime",
    "Widget",
    "WidgetSide",
    "enum_column",
    "utc_now",
]
