"""The closed lists of values that columns hold."""

import enum


class Language(enum.StrEnum):
    FR = "fr"
    EN = "en"


class OrganisationKind(enum.StrEnum):
    COOPERATIVE = "cooperative"
    MUTUAL = "mutual"
    NON_PROFIT = "non_profit"
    OTHER = "other"


class MemberStanding(enum.StrEnum):
    MEMBER = "member"
    THROUGH_FEDERATION = "through_federation"
    NON_MEMBER = "non_member"
    UNKNOWN = "unknown"


class Urgency(enum.StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class SetBy(enum.StrEnum):
    MEMBER = "member"
    BOT = "bot"
    STAFF = "staff"


class RequestStatus(enum.StrEnum):
    TO_QUALIFY = "to_qualify"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"


class ConsentPurpose(enum.StrEnum):
    CONTACT = "contact"
    NEWS = "news"


class WidgetSide(enum.StrEnum):
    LEFT = "left"
    RIGHT = "right"


class MessageKind(enum.StrEnum):
    TEAM = "team"
    MEMBER = "member"
    ANSWER = "answer"
    # To a person who asks for their information, and to a team on what a person asked.
    LINK = "link"
    NOTICE = "notice"


class Role(enum.StrEnum):
    AGENT = "agent"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"
    POLE = "pole"


class Outcome(enum.StrEnum):
    """What the bot decided of a message, as its interpretation says it."""

    ROUTE = "route"
    SEVERAL = "several"
    CLARIFY = "clarify"
    UNSURE = "unsure"
    OTHER = "other"


class LearningState(enum.StrEnum):
    ASKED = "asked"
    TRAINING = "training"
    COMPARING = "comparing"
    # Compared, and no worse: a person decides.
    READY = "ready"
    # Compared, and worse somewhere beyond the noise: it can't be promoted.
    WORSE = "worse"
    PROMOTION_ASKED = "promotion_asked"
    PROMOTED = "promoted"
    ROLLBACK_ASKED = "rollback_asked"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class Job(enum.StrEnum):
    """What is done in the background, again and again."""

    WORK = "work"
    LEARN = "learn"
    PURGE = "purge"
    BACKUP = "backup"


class PurgeKind(enum.StrEnum):
    """What was removed once its term was past."""

    CONVERSATIONS = "conversations"
    REQUESTS = "requests"
    EMAILS = "emails"
    SESSIONS = "sessions"
    LOGS = "logs"
    BACKUPS = "backups"
