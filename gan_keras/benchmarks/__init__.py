"""Measurements that `scripts/benchmark.py` runs."""
