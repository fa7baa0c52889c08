"""`metrics.jsonl` and the table: one line a measurement, the newest of each protocol, and never a wrong name."""

import errno
import json
import os

import pytest

from gan_keras.config import names
from gan_keras.metrics import results
from gan_keras.runtime import files


def record(metric="mind2k", value=1.0, **others):
    return {
        "metric": metric,
        "values": {"distance": value},
        "std": None,
        "features": "classifier",
        "resize": "none",
        "features_sha256": "ab",
        "real": 300,
        "reference_dataset": "npz",
        "reference_split": "test",
        "generated": 2048,
        "seed": 0,
        "repeats": 1,
        "seconds": 1.5,
        "checkpoint": "000000040",
        "notes": [],
    } | others


def test_a_record_is_a_line_and_comes_back(tmp_path):
    path = tmp_path / "metrics.jsonl"
    assert results.read(path) == []
    records = [record(), record("kid2k", 2.0, notes=["über α"])]
    results.add(path, records)
    assert [json.loads(line) for line in path.read_text().splitlines()] == results.read(str(path)) == records


def test_the_same_protocol_replaces_and_others_stay(tmp_path):
    path = tmp_path / "metrics.jsonl"
    results.add(path, [record(value=1.0), record("kid2k", 2.0)])
    results.add(path, [record(value=3.0, seconds=9.9, notes=["slow"], std={"distance": 0.1})])
    assert [(each["metric"], each["values"]["distance"]) for each in results.read(path)] == [
        ("mind2k", 3),
        ("kid2k", 2),
    ]
    assert results.read(path)[0]["notes"] == ["slow"]


@pytest.mark.parametrize(
    "change",
    [
        {"metric": "frechet2k"},
        {"features": "squeezenet"},
        {"features_sha256": "cd"},
        {"resize": "bilinear to 128 px"},
        {"real": 299},
        {"reference_split": "train"},
        {"generated": 100},
        {"seed": 1},
        {"repeats": 2},
        {"checkpoint": "000000080"},
        {"model": "exported_models/x/1"},
    ],
    ids=str,
)
def test_whatever_differs_in_the_protocol_is_kept_beside(tmp_path, change):
    path = tmp_path / "metrics.jsonl"
    results.add(path, [record(value=1.0)])
    results.add(path, [record(value=2.0) | change])
    assert [each["values"]["distance"] for each in results.read(path)] == [1, 2]


def test_a_torn_last_line_is_ignored_and_goes_with_the_next_record(tmp_path):
    path = tmp_path / "metrics.jsonl"
    results.add(path, [record(), record("kid2k")])
    os.truncate(path, path.stat().st_size - 20)
    assert results.read(path) == [record()]
    results.add(path, [record("swd2k")])
    assert [json.loads(line)["metric"] for line in path.read_text().splitlines()] == ["mind2k", "swd2k"]


def test_the_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "metrics.jsonl"
    results.add(path, [record()])
    before = path.read_bytes()

    def fail(_):
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(files, "sync", fail)
    with pytest.raises(OSError, match="disk full"):
        results.add(path, [record("kid2k")])
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["metrics.jsonl"]


def test_the_table_by_hand():
    text = results.table(
        [
            record(values={"distance": 0.123456, "16px": 12345.678}, std={"distance": 0.01, "16px": 2.0}),
            record("swd2k", -2.91e-5, features=None, resize=None, notes=["few samples"], seed=7),
        ]
    )
    assert text.splitlines() == [
        "mind2k  distance  0.12346 ± 0.01  classifier (none), 2048 generated, 300 real (npz test), seed 0",
        "        16px      12346 ± 2",
        "swd2k   distance  -2.910e-05      2048 generated, 300 real (npz test), seed 7",
        "note on swd2k: few samples",
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1e-3, "0.001"), (9.99e-4, "9.990e-04"), (float("nan"), "nan"), (1 / 3, "0.33333")]
)
def test_small_numbers_keep_their_digits(value, text):
    assert results.table([record(value=value)]).split()[2] == text


def test_no_results_are_an_empty_table():
    assert results.table([]) == ""


@pytest.mark.parametrize("metric", names.METRICS)
def test_only_what_is_a_fid_is_called_one(metric):
    text = results.table([record(metric, features="inception", resize="TensorFlow 1 bilinear to 299 px")])
    assert ("fid" in text.lower()) == (metric in ("fid10k", "fid50k"))
