class BackupError(Exception):
    """A back-up cannot be made or restored; the message says in one line what to do."""
