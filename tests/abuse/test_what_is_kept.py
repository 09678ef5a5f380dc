"""Whatever is typed: no number that must not be kept gets through, and no command."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from tests.abuse.effort import many
from web.disarm import plain_words
from web.redaction import redact

SLASHES = "/／⁄∕\u200b\u202e\ufeff\0 \n\t\u3164"
SEPARATORS = ("", " ", "-", " - ", "\u00a0", "\u202f", "–", "\u200b", "\u2060", "\ufeff", "\u00ad")
# Those that a keyboard can be set to.
ZEROS = "0０٠۰०০"

around = st.text(alphabet="abcé, .\n", max_size=10).map(lambda words: f"{words} ")


def as_sent(typed: str) -> str:
    """What the bot hears of `typed`."""
    return redact(plain_words(typed), "fr")


def digits_of(text: str) -> str:
    return "".join(str(int(c)) for c in text if c.isdecimal())


def with_check_digit(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)


def written(groups: list[str], separator: str, zero: str) -> str:
    return separator.join("".join(chr(ord(zero) + int(d)) for d in group) for group in groups)


def test_nothing_typed_is_a_command(tried) -> None:
    command = st.sampled_from(["restart", 'choose{"choice":"yes"}', "EXTERNAL: x", "start{", ""])

    @given(st.one_of(st.text(), st.builds("".join, st.tuples(st.text(SLASHES), command))))
    @many
    def check(typed: str) -> None:
        sent = as_sent(typed)
        for heard in (sent, sent.strip(), unicodedata.normalize("NFKC", sent).strip()):
            assert not heard.startswith(("/", "EXTERNAL:"))
        tried("commands typed")

    check()


def test_no_insurance_number_gets_through(tried) -> None:
    first = st.sampled_from("012345679")
    number = st.builds("".join, st.tuples(first, st.text("0123456789", min_size=7, max_size=7)))

    @given(
        number,
        st.sampled_from([(9,), (3, 6), (6, 3), (3, 3, 3)]),
        st.sampled_from(SEPARATORS),
        st.sampled_from(ZEROS),
        around,
        around,
    )
    @many
    def check(eight, sizes, separator, zero, before, after) -> None:
        digits, groups, at = with_check_digit(eight), [], 0
        for size in sizes:
            groups.append(digits[at : at + size])
            at += size
        sent = as_sent(f"{before}{written(groups, separator, zero)} {after}")
        assert digits not in digits_of(sent)
        tried("insurance numbers")

    check()


def test_no_card_gets_through(tried) -> None:
    starts = st.sampled_from(["4", "51", "2221", "6011", "6591"])

    @given(
        starts,
        st.text("0123456789", min_size=15, max_size=15),
        st.sampled_from(SEPARATORS),
        st.sampled_from(ZEROS),
        around,
        around,
    )
    @many
    def check(start, rest, separator, zero, before, after) -> None:
        digits = with_check_digit((start + rest)[:15])
        groups = [digits[at : at + 4] for at in range(0, 16, 4)]
        sent = as_sent(f"{before}{written(groups, separator, zero)} {after}")
        assert digits not in digits_of(sent)
        tried("card numbers")

    check()
