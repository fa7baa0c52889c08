import os
import signal
import threading

import pytest

from gan_keras.training import signals


@pytest.mark.parametrize("number", signals.StopSignals.SIGNALS)
def test_a_signal_is_noted_and_does_not_end_the_process(number):
    before = signal.getsignal(number)
    with signals.StopSignals() as stop:
        assert stop.received is None
        os.kill(os.getpid(), number)
        assert stop.received == number
    assert signal.getsignal(number) is before


def test_a_second_signal_is_not_held_up():
    with pytest.raises(KeyboardInterrupt), signals.StopSignals():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)


def test_outside_of_the_main_thread_signals_are_left_alone():
    found = []

    def work():
        with signals.StopSignals() as stop:
            found.append(stop.received)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [None]


def test_leaving_with_143_and_as_ctrl_c_does():
    with pytest.raises(SystemExit) as left:
        signals.leave(signal.SIGTERM)
    assert left.value.code == 143
    with pytest.raises(KeyboardInterrupt):
        signals.leave(signal.SIGINT)
