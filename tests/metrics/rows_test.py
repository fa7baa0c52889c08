"""Rows in a file: what a slice or an index reads is what an array gives, and nothing else of the file is read."""

import os
import tracemalloc

import numpy as np
import pytest

from gan_keras.metrics import rows

NUMBERS = np.arange(35, dtype=np.float32).reshape(7, 5)


@pytest.fixture
def stored(tmp_path):
    NUMBERS.tofile(tmp_path / "numbers")
    return rows.Rows(tmp_path / "numbers", 5)


def test_the_file_says_how_many_rows_there_are(stored):
    assert (stored.shape, len(stored), stored.dtype) == ((7, 5), 7, np.float32)


@pytest.mark.parametrize(
    "chosen",
    [
        slice(None),
        slice(2, 5),
        slice(5, 100),
        slice(-2, None),
        slice(1, 7, 3),
        slice(4, 4),
        slice(6, 2),
        slice(50, 60),
        slice(None, None, -1),
        slice(5, 1, -2),
        np.array([6, 0, 0, 3]),
        np.array([-1]),
        np.array([], int),
        np.arange(7) % 2 == 1,
        3,
    ],
    ids=str,
)
def test_slices_and_indices_read_what_an_array_gives(stored, chosen):
    found = stored[chosen]
    assert type(found) is np.ndarray and found.dtype == np.float32 and found.shape == NUMBERS[chosen].shape
    np.testing.assert_array_equal(found, NUMBERS[chosen])


def test_a_row_that_is_not_there_is_an_error(stored):
    with pytest.raises(IndexError):
        stored[np.array([7])]


def test_the_first_rows_are_rows_again(stored):
    first = stored.first(3)
    assert isinstance(first, rows.Rows) and first.shape == (3, 5)
    np.testing.assert_array_equal(first[:], NUMBERS[:3])
    np.testing.assert_array_equal(first[1:100], NUMBERS[1:3])
    np.testing.assert_array_equal(first[np.array([-1])], NUMBERS[2:3])
    with pytest.raises(IndexError):
        first[np.array([3])]
    assert first.first(100).shape == (3, 5) and stored.first(0)[:].shape == (0, 5)


@pytest.mark.parametrize(("size", "lengths"), [(3, [3, 3, 1]), (7, [7]), (100, [7]), (1, [1] * 7)])
def test_blocks_are_all_rows_in_order(stored, size, lengths):
    for values in (stored, NUMBERS):
        parts = list(rows.blocks(values, size))
        assert [len(part) for part in parts] == lengths
        np.testing.assert_array_equal(np.concatenate(parts), NUMBERS)
    assert [len(part) for part in rows.blocks(range(2500))] == [1024, 1024, 452]


def test_what_is_appended_is_read_back_even_before_the_end(tmp_path):
    with rows.Writer(tmp_path / "numbers") as writer:
        assert writer.width == 0
        writer.append(NUMBERS[:2])
        np.testing.assert_array_equal(writer.rows()[:], NUMBERS[:2])
        writer.append(NUMBERS.astype(np.float64).T.copy().T[2:])  # Other types and orders in memory.
        assert (writer.width, writer.rows().shape) == (5, (7, 5))
    np.testing.assert_array_equal(rows.Rows(tmp_path / "numbers", 5)[:], NUMBERS)
    assert (tmp_path / "numbers").stat().st_size == 4 * 35


def test_nothing_of_a_file_is_read_but_what_is_asked_for(tmp_path):
    """64 GB that are nearly all hole: whoever reads the whole of it does not come back."""
    path, count = tmp_path / "huge", 2**34 // 1024
    with open(path, "wb") as file:
        file.seek(4 * 1024 * (count - 1))
        file.write(np.arange(1024, dtype=np.float32).data)
    assert os.stat(path).st_size == 2**36
    huge = rows.Rows(path, 1024)
    tracemalloc.start()
    last, chosen, first = huge[-2:], huge[np.array([count - 1, 0])], huge.first(5)[:]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(last, [np.zeros(1024), np.arange(1024)])
    np.testing.assert_array_equal(chosen, last[::-1])
    assert first.shape == (5, 1024) and not first.any()
    assert peak < 200_000  # Nine rows are 37 kB.


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path):
    peaks = []
    for blocks in (2, 32):
        tracemalloc.start()
        with rows.Writer(tmp_path / "numbers") as writer:
            for _ in range(blocks):
                writer.append(np.ones((rows.BLOCK, 64), np.float32))
        total = sum(float(block.sum()) for block in rows.blocks(rows.Rows(tmp_path / "numbers", 64)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert total == blocks * rows.BLOCK * 64
    assert peaks[1] < 1.1 * peaks[0] and peaks[1] < 4 * rows.BLOCK * 64 * 4
