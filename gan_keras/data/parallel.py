"""Work in threads whose results come in order, a limited way ahead of their reader."""

import collections
import concurrent.futures
import os
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers() -> int:
    """Returns the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def in_order(
    pool: concurrent.futures.Executor, function: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Yields `function(item)` for each item, in their order, with at most `ahead` + 1 calls unfinished or unread.

    Args:
        pool: executor, in which the function is called.
        function: function of one item.
        items: iterable, read only as far as needed.
        ahead: 0 or more.
    """
    pending: collections.deque[concurrent.futures.Future[Result]] = collections.deque()
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
