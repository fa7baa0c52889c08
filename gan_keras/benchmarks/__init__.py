"""How fast it is: measurements that `scripts/benchmark.py` runs."""
