"""The store: its content, its name, and what happens to damaged files, full disks and several processes."""

import json
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest
from PIL import Image

from gan_keras import data
from gan_keras import errors
from gan_keras.config import schema
from gan_keras.data import image_writer
from gan_keras.data import kinds
from gan_keras.runtime import files
from tests.data import conftest


def prepare(folder, split="train", **options):
    return data.prepare(f"folder:{folder}", split, **{"resolution": 16, "holdout": 0, "progress": False, **options})


def stores(cache):
    return sorted(path.name for path in cache.iterdir() if not path.name.endswith(".lock"))


def test_images_labels_and_manifest(tmp_path, cache):
    for name in ("cat", "dog"):
        conftest.save_images(tmp_path / "pets" / name, 2, size=(16, 16), first=ord(name[0]))
    store = prepare(tmp_path / "pets")
    assert store.samples.shape == (4, 16, 16, 3) and store.samples.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        store.samples[0] = 0
    first = np.asarray(Image.open(tmp_path / "pets/cat/099.png"))
    np.testing.assert_array_equal(store.samples[0], first)
    assert store.labels["label"].tolist() == [0, 0, 1, 1] and store.labels["label"].dtype == np.int32
    assert store.label_names == {"label": ["cat", "dog"]}
    assert store.path.parent == cache and store.path.name.startswith("pets-train-16-")
    wanted = {"split": "train", "crop": None, "resolution": 16, "count": 4, "channels": 3, "skipped": [], "holdout": 0}
    assert store.manifest.items() >= wanted.items()
    assert store.manifest["source"]["kind"] == "folder" and store.manifest["kind"] == "images"
    assert store.kind is kinds.IMAGES


def test_a_store_without_a_kind_holds_images(tmp_path):
    conftest.save_images(tmp_path / "photos", 4)
    path = prepare(tmp_path / "photos").path / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["kind"]
    path.write_text(json.dumps(manifest))
    store = prepare(tmp_path / "photos")
    assert "kind" not in store.manifest and store.kind is kinds.IMAGES


def test_the_content_hash_depends_on_pixels_and_labels_alone(tmp_path):
    for place, labels in (("a", "xy"), ("b/c", "xy"), ("d", "xz")):
        for index, label in enumerate(labels):
            conftest.save_images(tmp_path / place / label, 2, first=2 * index)
    conftest.save_images(tmp_path / "e", 4)
    same, moved, renamed, unlabelled = (prepare(tmp_path / place).content_hash for place in ("a", "b", "d", "e"))
    assert same == moved == renamed
    assert len({same, unlabelled}) == 2
    assert len(same) == 64


def test_a_source_is_read_once(tmp_path, monkeypatch):
    conftest.save_images(tmp_path / "photos", 4)
    first = prepare(tmp_path / "photos")
    monkeypatch.setattr(image_writer, "write", None)
    assert prepare(tmp_path / "photos").path == first.path
    with pytest.raises(TypeError):  # And where it must read, it would.
        prepare(tmp_path / "photos", resolution=32)


def test_the_key_follows_source_crop_resolution_number_and_holdout(tmp_path):
    conftest.save_images(tmp_path / "photos", 40)
    options = [{}, {"crop": 9}, {"resolution": 32}, {"max_images": 3}]
    options += [{"holdout": 0.3}, {"holdout": 0.3, "split": "test"}]
    paths = [prepare(tmp_path / "photos", **option).path for option in options]
    conftest.save_images(tmp_path / "photos", 1, first=40)
    paths.append(prepare(tmp_path / "photos").path)
    assert len(set(paths)) == 7


def test_max_images_takes_the_first(tmp_path):
    conftest.save_images(tmp_path / "photos", 40)
    few, all_images = prepare(tmp_path / "photos", max_images=20).samples, prepare(tmp_path / "photos").samples
    np.testing.assert_array_equal(few, all_images[:20])


def test_holdout_goes_by_content_and_is_stable_when_files_are_added(tmp_path):
    def rows(split):
        return {image.tobytes() for image in prepare(tmp_path / "photos", split, holdout=0.2).samples}

    conftest.save_images(tmp_path / "photos", 100)
    train, test = rows("train"), rows("test")
    assert len(train) + len(test) == 100 and not train & test
    assert 10 <= len(test) <= 30
    shutil.move(tmp_path / "photos/000.png", tmp_path / "photos/renamed.png")
    conftest.save_images(tmp_path / "photos", 5, first=100)
    assert rows("train") >= train and rows("test") >= test


def test_five_percent_are_set_aside_unless_the_user_says_otherwise(tmp_path):
    conftest.save_images(tmp_path / "photos", 100)
    by_default = prepare(tmp_path / "photos", holdout=None)
    assert by_default.manifest["holdout"] == 0.05
    assert by_default.path == prepare(tmp_path / "photos", holdout=0.05).path
    test = prepare(tmp_path / "photos", "test", holdout=None)
    assert len(by_default.samples) + len(test.samples) == 100 and len(test.samples) < 15


def test_settings_of_a_run_name_its_stores(tmp_path, cache):
    conftest.save_images(tmp_path / "photos", 100)
    settings = schema.Data(
        dataset=f"folder:{tmp_path}/photos", cache_dir=str(cache), resolution=16, crop=9, max_images=30, holdout=0.2
    )
    for split in ("train", "test"):
        expected = prepare(tmp_path / "photos", split, crop=9, max_images=30, holdout=0.2)
        assert data.prepare_for(settings, split).path == expected.path
    assert data.prepare_for(settings).path == data.prepare_for(settings, "train").path


def test_without_holdout_the_training_images_are_the_test_images(tmp_path):
    conftest.save_images(tmp_path / "photos", 4)
    test = prepare(tmp_path / "photos", "test")
    assert test.path == prepare(tmp_path / "photos").path
    assert test.manifest["split"] == "train"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no image at all", "not an image"),
        (conftest.png_that_claims(30_000, 30_000), "DecompressionBombError"),
        (conftest.png_that_claims(10_000, 10_000), "DecompressionBombWarning"),
        (conftest.png_that_claims(64, 64), "OSError"),
    ],
    ids=["text", "bomb", "suspected bomb", "truncated PNG"],
)
def test_an_unreadable_file_is_skipped_and_named(tmp_path, capsys, content, reason):
    conftest.save_images(tmp_path / "photos", 100)
    (tmp_path / "photos/bad.png").write_bytes(content)
    store = prepare(tmp_path / "photos")
    assert len(store.samples) == 100
    assert [entry["name"] for entry in store.manifest["skipped"]] == ["bad.png"]
    assert store.manifest["skipped"][0]["reason"].startswith(reason)
    assert "skipped 1 unreadable of 101 images: bad.png" in capsys.readouterr().err


def test_a_truncated_jpeg_is_skipped(tmp_path):
    paths = conftest.save_images(tmp_path / "photos", 100, suffix="jpg")
    content = paths[7].read_bytes()
    paths[7].write_bytes(content[:-100])
    skipped = prepare(tmp_path / "photos").manifest["skipped"]
    assert [entry["name"] for entry in skipped] == ["007.jpg"] and "truncated" in skipped[0]["reason"]


def test_more_than_one_percent_unreadable_stops(tmp_path, cache):
    paths = conftest.save_images(tmp_path / "photos", 100)
    paths[0].write_text("text")
    assert len(prepare(tmp_path / "photos").samples) == 99  # One percent is still accepted.
    paths[99].write_text("text")
    with pytest.raises(errors.UserError, match=r"2 of the 100 images of photos, more than 1%.*000.png.*099.png"):
        prepare(tmp_path / "photos")
    assert len(stores(cache)) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resolution": 63}, "resolution 63: expected a power of two from 16 to 256; try --resolution=64"),
        ({"resolution": 512}, "try --resolution=256"),
        ({"crop": 0}, "crop 0"),
        ({"max_images": 1}, "max_images 1"),
        ({"max_images": -5}, "max_images -5"),
        ({"holdout": 1}, "holdout 1"),
        ({"split": "valid"}, "split 'valid'"),
    ],
)
def test_arguments_out_of_range(tmp_path, options, message):
    conftest.save_images(tmp_path / "photos", 4)
    with pytest.raises(errors.UserError, match=message):
        prepare(tmp_path / "photos", **options)


def test_one_image_is_too_few(tmp_path, cache):
    conftest.save_images(tmp_path / "photos", 1)
    with pytest.raises(errors.UserError, match="photos has 1 image for its train split: at least 2 are needed"):
        prepare(tmp_path / "photos")
    assert stores(cache) == []


def test_too_little_space_is_noticed_before_anything_is_read(tmp_path, monkeypatch):
    conftest.save_images(tmp_path / "photos", 4)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: types.SimpleNamespace(free=4 * 16 * 16 * 3 - 1))
    with pytest.raises(errors.UserError, match="needs 0.00 GB in '.*', which has 0.00 GB free"):
        prepare(tmp_path / "photos")


def test_a_cache_that_cannot_be_made(tmp_path):
    conftest.save_images(tmp_path / "photos", 4)
    (tmp_path / "file").touch()
    with pytest.raises(errors.UserError, match="cannot make the folder for prepared data .* --cache_dir"):
        prepare(tmp_path / "photos", cache_dir=tmp_path / "file" / "below")


def test_a_damaged_store_and_the_remains_of_a_killed_process_are_replaced(tmp_path, cache):
    for name in ("photos", "others"):
        conftest.save_images(tmp_path / name, 4)
    store, other = prepare(tmp_path / "photos"), prepare(tmp_path / "others")
    images = np.array(store.samples)
    for path in (store.path, other.path):  # The second one may be that of a process that is at work.
        half_written = cache / f".{path.name}-x1y2"
        half_written.mkdir()
        (half_written / "samples.npy").touch()
    with open(store.path / "samples.npy", "r+b") as file:
        file.truncate(500)
    np.testing.assert_array_equal(prepare(tmp_path / "photos").samples, images)
    assert stores(cache) == [f".{other.path.name}-x1y2", other.path.name, store.path.name]


KILLED = """
import os, sys
import numpy
from gan_keras import data
from gan_keras.data import image_writer
numpy.save = lambda *_, **__: os.kill(os.getpid(), 9)
data.prepare(sys.argv[1], resolution=16, holdout=0)
"""


def test_a_killed_preparation_is_done_again(tmp_path, cache):
    conftest.save_images(tmp_path / "photos", 4)
    process = start(KILLED, tmp_path / "photos")
    process.communicate(timeout=60)
    assert process.returncode == -9
    (left,) = stores(cache)
    assert left.startswith(".photos-train-16-") and (cache / left / "samples.npy").is_file()
    store = prepare(tmp_path / "photos")
    assert len(store.samples) == 4 and stores(cache) == [store.path.name]


PREPARE = """
import sys
from gan_keras import data
print(data.prepare(sys.argv[1], resolution=16, holdout=0).content_hash)
"""


def start(program, folder):
    command = [sys.executable, "-c", program, f"folder:{folder}"]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_of_two_processes_one_prepares_and_the_other_waits(tmp_path, cache):
    conftest.save_images(tmp_path / "photos", 4)
    path = prepare(tmp_path / "photos").path
    shutil.rmtree(path)
    with files.Lock(cache / f".{path.name}.lock", busy="a test that failed holds the lock"):
        both = [start(PREPARE, tmp_path / "photos") for _ in range(2)]
        for process in both:
            assert process.stderr.readline().startswith("waiting for another process")
        assert not path.exists()
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert outputs[0][0] == outputs[1][0] == json.loads((path / "manifest.json").read_text())["content_hash"] + "\n"
    assert sorted("preparing photos" in err for _, err in outputs) == [False, True]


def test_a_full_disk_leaves_nothing_behind(tmp_path, cache):
    conftest.save_images(tmp_path / "photos", 100)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))"
    process = start(limit + PREPARE, tmp_path / "photos")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "UserError: cannot write prepared data" in err and "File too large" in err
    assert stores(cache) == []
    assert len(prepare(tmp_path / "photos").samples) == 100


def test_a_folder_of_tfds_beside_a_path_has_no_effect(tmp_path):
    conftest.save_images(tmp_path / "photos", 4)
    for dataset in (tmp_path / "photos", f"folder:{tmp_path / 'photos'}"):
        with pytest.raises(
            errors.UserError, match="data_dir=/data: would have no effect: only data sets of TensorFlow"
        ):
            data.prepare(str(dataset), cache_dir=tmp_path / "cache", data_dir="/data")
