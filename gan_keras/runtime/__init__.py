"""What the rest runs on: files and locks, replicas, random numbers, and programs that exit with one clear line."""
