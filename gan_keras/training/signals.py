"""SIGTERM and Ctrl-C ask for an orderly end: the iteration in hand is finished and saved first."""

import signal


class StopSignals:
    """Context in which SIGTERM and SIGINT are noted in `received` and do not end the process; a second one does."""

    SIGNALS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self):
        self.received = None

    def __enter__(self):
        self._previous = {}
        try:
            for number in self.SIGNALS:
                self._previous[number] = signal.signal(number, self._note)
        except ValueError:  # Not the main thread: a notebook's worker, say. Whoever started it stops it.
            pass
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number, frame):
        self.received = number
        signal.signal(number, self._previous[number])


def leave(number):
    """Ends the program as a received signal would: status 143 for SIGTERM, KeyboardInterrupt (130) for Ctrl-C."""
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
