"""How often something is done that costs more than a tick may."""

import time


class Pace:
    """Says when something is due that is done at most every so many seconds; it is due before the first time.

    Args:
        seconds: least time between two; 0: it is always due.
    """

    def __init__(self, seconds):
        self._seconds, self._last = seconds, None

    def is_due(self):
        """Whether enough time has passed since the last one."""
        return self._last is None or time.monotonic() - self._last >= self._seconds

    def note(self):
        """One is done now."""
        self._last = time.monotonic()
