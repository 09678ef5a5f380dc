"""What a person puts right of how to reach them: read, cleaned and checked as the form does."""

from starlette.datastructures import FormData

from catalog.models import Language
from catalog.person import Correction
from web.disarm import clean
from web.redaction import redact
from web.request_fields import FREE_WORDS, READERS

# Inputs, as the form of requests names them, and the columns that they correct.
DETAILS = {
    "organisation": "organisation_name",
    "contact_name": "contact_name",
    "email": "contact_email",
    "phone": "contact_phone",
}


def read_correction(form: FormData, language: Language) -> Correction:
    """The details as they ought to be.

    Raises:
        Mistake: the first of them that cannot be used.
    """
    read = {}
    for name, column in DETAILS.items():
        typed = " ".join(clean(str(form.get(name) or "")).split())
        words = redact(typed, language) if name in FREE_WORDS else typed
        read[column] = READERS[name](words) or ""
    return Correction(**read)
