import types

import psutil
import pytest

from gan_keras.training import callbacks


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0.4, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3569, "59 min"),
        (3599, "1 h 0 min"),
        (12_660, "3 h 31 min"),
    ],
)
def test_durations_in_words(seconds, words):
    assert callbacks.duration(seconds) == words


def test_memory_is_that_of_this_process_in_megabytes(monkeypatch):
    monkeypatch.setattr(psutil.Process, "memory_info", lambda self: types.SimpleNamespace(rss=123 * 2**20))
    assert callbacks.memory_mb() == 123
