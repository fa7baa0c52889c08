"""Work in threads, in order, a bounded way ahead."""

import collections
import os


def workers():
    """Returns the number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


def in_order(pool, function, items, ahead):
    """Yields `function(item)` for each item, in their order, with at most `ahead` + 1 of them under way.

    Args:
        pool: `concurrent.futures.Executor`.
        function: called in the pool.
        items: iterable, read only as far as needed.
    """
    pending = collections.deque()
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
