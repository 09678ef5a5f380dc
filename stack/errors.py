class StackError(Exception):
    """The stack cannot start or go on; the message says in one line what to do."""
