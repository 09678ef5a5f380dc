"""The staff console, mounted at /console."""
