"""Measurements that `make test` has no time for."""
