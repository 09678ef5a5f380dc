"""This bot beside what `rasa init` gives, on one machine in one run: `make bench`."""
