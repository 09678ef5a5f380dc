"""The catalog at size on PostgreSQL: a million requests, ten million interpretations, timed."""
