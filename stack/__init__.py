"""Bring the whole assistant up on one machine, and take it down."""
