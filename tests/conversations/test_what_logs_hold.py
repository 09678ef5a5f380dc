"""After all the other conversations: no log holds what a member wrote."""

from tests.conversations.steps import EMAIL, PHONE, begin, finish

# Shorter ones, such as "ok", are words of any log.
MIN_CHARACTERS = 12


def test_no_log_holds_a_members_words_or_contact_details(stack, member):
    begin(member)
    request = finish(member)
    log = stack.log_text()
    assert log
    private = {line for words in stack.typed for line in words.splitlines()}
    private |= {EMAIL, PHONE, request.contact_name, member.organisation, request.description}
    held = [words for words in private if len(words) >= MIN_CHARACTERS and words in log]
    assert not held
