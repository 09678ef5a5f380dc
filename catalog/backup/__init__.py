"""Back-ups of the one database: made while it serves, and restored whole or not at all."""
