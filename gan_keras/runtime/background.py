"""Work that the rest of the program does not wait for: one thread, one job after the other, and no error is lost."""

import collections
import concurrent.futures
from collections.abc import Callable
from typing import Any


class Background:
    """Does jobs in a thread of its own, in the order in which they were given.

    An error of a job is raised in the thread that gives the jobs: by the next `submit`, `check` or `wait`, whichever
    comes first. As a context manager, it ends when all its jobs have; if the block fails, its own error is raised and
    not that of a job. A program that ends otherwise, unless it is killed, ends after the jobs as well.

    Args:
        name: of the thread.
        most: jobs under way; whoever gives one more waits for the oldest.
    """

    def __init__(self, name: str, most: int = 1):
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix=name)
        self._most = most
        self._jobs: collections.deque[concurrent.futures.Future] = collections.deque()

    def submit(self, job: Callable[..., Any], *args: Any) -> None:
        """Gives a job, `job(*args)`: whatever it reads must not change until it is done."""
        self._finish(self._most - 1)
        self.check()
        self._jobs.append(self._thread.submit(job, *args))

    def check(self) -> None:
        """Raises the error of a job that has failed, if there is one; waits for nothing."""
        while self._jobs and self._jobs[0].done():
            self._jobs.popleft().result()

    def wait(self) -> None:
        """Returns when all jobs are done, or raises the error of one."""
        self._finish(0)

    def _finish(self, left: int) -> None:
        while len(self._jobs) > left:
            self._jobs.popleft().result()

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, error: type[BaseException] | None, *_: Any) -> None:
        try:
            self.wait()
        except Exception:
            if error is None:
                raise
        finally:
            self._thread.shutdown()
