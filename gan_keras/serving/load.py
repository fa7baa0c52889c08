"""How a model server holds up when many ask at the same time."""

import collections
import concurrent.futures
import dataclasses
import time

import numpy as np

from gan_keras import errors
from gan_keras.serving.client import Client


@dataclasses.dataclass(frozen=True)
class Load:
    """What became of requests.

    Attributes:
        milliseconds: of each that was answered, in the order in which they ended.
        failures: messages of the others and how often each came.
        seconds: from the first request to the last answer.
    """

    milliseconds: list[float]
    failures: dict[str, int]
    seconds: float

    def table(self) -> str:
        """Returns it in words, a line each."""
        count = len(self.milliseconds)
        lines = [f"{count} answered in {self.seconds:.1f} s: {count / self.seconds:.1f} requests/s"]
        if count:
            percentiles = np.percentile(self.milliseconds, (50, 95, 99))
            lines.append("latency p50 {:.1f} ms, p95 {:.1f} ms, p99 {:.1f} ms".format(*percentiles))
        lines.append(f"{sum(self.failures.values())} failed")
        return "\n".join(lines + [f"  {times} × {message}" for message, times in self.failures.items()])


def measure(client: Client, requests: int, concurrency: int, images: int = 1, **condition: list) -> Load:
    """Sends requests from several threads, each for other seeds.

    Args:
        client: of the server.
        requests: how many.
        concurrency: how many at the same time.
        images: seeds of a request.
        **condition: of one image, repeated for all, such as `labels=[3]`.
    """

    def ask(number):
        begun = time.perf_counter()
        try:
            seeds = range(number * images, (number + 1) * images)
            client.sample(seeds, **{name: list(values) * images for name, values in condition.items()})
        except errors.UserError as error:
            return str(error)
        return 1000.0 * (time.perf_counter() - begun)

    begun = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
        outcomes = list(pool.map(ask, range(requests)))
    failures = collections.Counter(outcome for outcome in outcomes if isinstance(outcome, str))
    answered = [outcome for outcome in outcomes if not isinstance(outcome, str)]
    return Load(answered, dict(failures), time.perf_counter() - begun)
