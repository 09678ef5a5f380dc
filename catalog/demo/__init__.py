"""A year of made-up activity, to judge the console by; `python -m catalog demo`."""
