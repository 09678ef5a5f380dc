"""Find e-mail addresses, telephone numbers and references in what people type."""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

AROUND_EMAIL = r"\s<>(),;:\"«»“”‘’…\[\]"
# Tried where a word starts alone, or a long one would be read again from each of its letters.
EMAIL_LIKE = re.compile(rf"(?<![^{AROUND_EMAIL}])[^{AROUND_EMAIL}]+@[^{AROUND_EMAIL}]+")
# Keyboards and copied pages write other dashes than the reference's own.
REFERENCE_LIKE = re.compile(
    r"\bC[\s\u2010-\u2015-]*(\d{4})[\s\u2010-\u2015-]*(\d{1,6})\b", re.IGNORECASE
)
HOME_COUNTRY = "CA"
# Neither an area code nor an exchange starts with 0 or 1, as "20 000 - 25 000 $" would have it.
HOME_NUMBER = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
# A local number without its area code cannot be called from another region.
SHORTEST_NUMBER = 8
# No more than a request holds; a country's longest number with a long extension is more.
MAX_WRITTEN = 40


def find_email(text: str) -> str | None:
    """The first well-formed address in `text`, normalised."""
    for candidate in EMAIL_LIKE.findall(text):
        try:
            return validate_email(candidate.strip(".'!?"), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    return None


def find_phone(text: str) -> str | None:
    """The first possible telephone number in `text`, as it is written in Québec."""
    for match in phonenumbers.PhoneNumberMatcher(
        # The library knows extensions by their English name alone.
        re.sub(r"\bposte\b", "ext.", text, flags=re.IGNORECASE),
        HOME_COUNTRY,
        leniency=phonenumbers.Leniency.POSSIBLE,
    ):
        number = match.number
        digits = str(number.national_number)
        home = number.country_code == phonenumbers.country_code_for_region(HOME_COUNTRY)
        if len(digits) < SHORTEST_NUMBER or (home and not HOME_NUMBER.fullmatch(digits)):
            continue
        styles = phonenumbers.PhoneNumberFormat
        style = styles.NATIONAL if home else styles.INTERNATIONAL
        written = phonenumbers.format_number(number, style)
        written = re.sub(r"\((\d{3})\)", r"\1", written).replace(" ext. ", " poste ")
        if len(written) <= MAX_WRITTEN:
            return written
    return None


def find_reference(text: str) -> str | None:
    match = REFERENCE_LIKE.search(text)
    return f"C-{match[1]}-{int(match[2]):05d}" if match else None
