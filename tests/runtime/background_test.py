import subprocess
import sys
import threading

import pytest

from gan_keras.runtime.background import Background
from tests import helpers


def fail(message="full"):
    raise OSError(message)


@pytest.fixture
def gate():
    """An event that jobs wait for; set in the end, so that nothing waits for ever."""
    event = threading.Event()
    yield event
    event.set()


def test_jobs_are_done_in_order_one_at_a_time_in_another_thread():
    seen, threads, busy = [], set(), threading.Lock()

    def job(number):
        assert busy.acquire(blocking=False)
        threads.add(threading.current_thread())
        seen.append(number)
        busy.release()

    with Background("test", most=3) as background:
        for number in range(20):
            background.submit(job, number)
    assert seen == list(range(20))
    assert len(threads) == 1 and threading.current_thread() not in threads
    assert not threads.pop().is_alive()


@pytest.mark.parametrize("most", [1, 2])
def test_whoever_gives_one_job_too_many_waits_for_the_oldest(most, gate):
    done, given = [], threading.Event()

    def give():
        background.submit(done.append, most)
        given.set()

    with Background("test", most) as background:
        background.submit(gate.wait)
        for number in range(1, most):
            background.submit(done.append, number)
        giver = threading.Thread(target=give)
        giver.start()
        assert not given.wait(0.05) and done == []
        gate.set()
        giver.join()
    assert done == list(range(1, most + 1))


@pytest.mark.parametrize("ask", [lambda it: it.submit(print), lambda it: it.check(), lambda it: it.wait()])
def test_the_error_of_a_job_is_raised_by_whatever_comes_next_and_once(ask):
    background = Background("test", most=2)
    background.submit(fail)
    while not background._jobs[0].done():
        pass
    with pytest.raises(OSError, match="full"):
        ask(background)
    background.check()
    background.wait()


def test_a_check_does_not_wait(gate):
    with Background("test") as background:
        background.submit(gate.wait)
        background.check()
        gate.set()


def test_the_end_waits_and_raises_the_error_of_the_last_job():
    done = []
    with pytest.raises(OSError, match="full"), Background("test", most=2) as background:
        background.submit(done.append, 1)
        background.submit(fail)
    assert done == [1]


def test_an_error_of_the_block_is_not_hidden_by_that_of_a_job_and_waits_for_it(gate):
    done = []
    with pytest.raises(KeyError), Background("test", most=3) as background:
        background.submit(gate.wait)
        background.submit(fail)
        background.submit(done.append, 1)
        threading.Timer(0.05, gate.set).start()
        raise KeyError
    assert done == [1]


def test_a_program_that_is_left_ends_after_its_jobs():
    code = (
        "import time; from gan_keras.runtime.background import Background\n"
        "background = Background('test')\n"
        "background.submit(lambda: (time.sleep(0.2), print('done', flush=True)))\n"
        "raise SystemExit(143)"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=helpers.environment(), capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (143, "done\n")
