import time

from gan_keras.training import pace


def test_it_is_due_at_first_and_then_after_so_many_seconds(monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    paced = pace.Pace(10.0)
    assert paced.is_due() and paced.is_due()
    for begun, first in ((100.0, 110.0), (125.0, 135.0)):
        now = begun
        paced.note()
        for now in (begun, first - 0.1):  # noqa: B007 — read by the clock.
            assert not paced.is_due()
        now = first
        assert paced.is_due()


def test_of_no_seconds_it_is_always_due():
    paced = pace.Pace(0.0)
    paced.note()
    assert paced.is_due()
