"""This bot's understanding beside its peers', on the same messages in one run."""
