"""TFDS data sets built from official files."""

import contextlib
import gzip
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data import official
from gan_keras.data.sources import tfds as tfds_source
from gan_keras.data.sources import tfds_library
from gan_keras.runtime import files


def write_idx(folder, counts):
    for part, count in counts.items():
        pixels = np.random.default_rng(count).integers(0, 256, (count, 28, 28), np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 10
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(16) + pixels.tobytes()))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(bytes(8) + labels.tobytes())


@pytest.fixture
def idx_files(tmp_path, monkeypatch):
    """A folder with idx files of 12 and 5 images, as if these were the whole of MNIST."""
    from tensorflow_datasets.image_classification import mnist

    write_idx(tmp_path, {"train": 12, "t10k": 5})
    monkeypatch.setattr(mnist, "_TRAIN_EXAMPLES", 12)
    monkeypatch.setattr(mnist, "_TEST_EXAMPLES", 5)
    for key, (name, _) in official._IDX.items():
        count = 12 if "train" in name else 5
        monkeypatch.setitem(official._IDX, key, (name, 16 + count * 784 if "images" in name else 8 + count))
    return tmp_path


def test_idx_files_become_the_data_set(idx_files):
    path = official.mnist("mnist", idx_files, idx_files / "tfds")
    assert path == idx_files / "tfds/mnist/3.0.1"
    store = data.prepare("mnist", data_dir=idx_files / "tfds")
    assert store.samples.shape == (12, 32, 32, 1)
    assert sorted(store.labels["label"]) == sorted(np.arange(12) % 10)
    originals = np.random.default_rng(12).integers(0, 256, (12, 28, 28), np.uint8)
    assert {image.tobytes() for image in store.samples[:, 2:30, 2:30, 0]} == {image.tobytes() for image in originals}
    assert len(data.prepare("mnist", "test", data_dir=idx_files / "tfds").samples) == 5
    with pytest.raises(errors.UserError, match="mnist is already in"):
        official.mnist("mnist", idx_files, idx_files / "tfds")


def test_a_data_set_that_another_process_prepared_meanwhile_is_used(idx_files, monkeypatch):
    @contextlib.contextmanager
    def lock_after_the_other(path, *, wait, busy):
        assert path == idx_files / "tfds/.mnist.lock" and wait and "mnist" in busy
        official.mnist("mnist", idx_files, idx_files / "tfds")
        yield

    monkeypatch.setattr(files, "Lock", lock_after_the_other)
    assert tfds_source.Tfds("mnist", idx_files / "tfds").size("train") == 12


def test_missing_and_damaged_idx_files(tmp_path):
    write_idx(tmp_path, {"train": 12})
    with pytest.raises(errors.UserError, match="missing .*t10k-images-idx3-ubyte.gz, .*t10k-labels-idx1-ubyte.gz"):
        official.mnist("mnist", tmp_path, tmp_path / "tfds")
    write_idx(tmp_path, {"t10k": 5})
    with pytest.raises(errors.UserError, match="train-images-idx3-ubyte.gz' holds 9424 bytes unpacked, expected 470"):
        official.mnist("mnist", tmp_path, tmp_path / "tfds")
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"no gzip")
    with pytest.raises(errors.UserError, match="cannot be unpacked"):
        official.mnist("mnist", tmp_path, tmp_path / "tfds")
    assert not (tmp_path / "tfds" / "mnist").exists()


@pytest.fixture
def celeb_a_files(tmp_path, real_data):
    """Some real faces in the layout and the text formats of the official files."""
    with tfds_library.quiet() as tfds:
        builder = tfds.builder("celeb_a", data_dir=real_data / "tfds")
    faces = []
    for split in ("train", "validation", "test"):
        dataset = builder.as_dataset(split=split, decoders={"image": tfds.decode.SkipDecoding()})
        faces += list(dataset.take(3).as_numpy_iterator())
    names = [f"{index:06d}.jpg" for index in range(1, 10)]
    with zipfile.ZipFile(tmp_path / "img_align_celeba.zip", "w") as archive:
        for name, face in zip(names, faces, strict=True):
            archive.writestr(f"img_align_celeba/{name}", face["image"])
    tables = {
        "list_eval_partition.txt": [str(index // 3) for index in range(9)],
        "identity_CelebA.txt": [str(face["identity"]["Identity_No"]) for face in faces],
        "list_attr_celeba.txt": [
            " ".join("1" if value else "-1" for value in face["attributes"].values()) for face in faces
        ],
        "list_landmarks_align_celeba.txt": [" ".join("1" for _ in face["landmarks"]) for face in faces],
    }
    headers = {"list_attr_celeba.txt": faces[0]["attributes"], "list_landmarks_align_celeba.txt": faces[0]["landmarks"]}
    for file, rows in tables.items():
        header = f"9\n{' '.join(headers[file])}\n" if file in headers else ""
        lines = (f"{name} {row}\n" for name, row in zip(names, rows, strict=True))
        (tmp_path / file).write_text(header + "".join(lines))
    return tmp_path


def test_official_celeb_a_files_become_the_data_set(celeb_a_files, real_data):
    built = official.celeb_a(celeb_a_files / "img_align_celeba.zip", celeb_a_files, celeb_a_files / "tfds")
    assert built == celeb_a_files / "tfds/celeb_a/2.1.0"
    for split in ("train", "test"):
        ours = data.prepare("celeb_a", split, data_dir=celeb_a_files / "tfds")
        theirs = data.prepare("celeb_a", split, data_dir=real_data / "tfds", max_images=3)
        order = [next(row for row in range(3) if (image == theirs.samples[row]).all()) for image in ours.samples]
        assert sorted(order) == [0, 1, 2]
        assert all((ours.labels[name] == theirs.labels[name][order]).all() for name in theirs.labels)


def test_a_folder_of_images_and_the_program(celeb_a_files):
    zipfile.ZipFile(celeb_a_files / "img_align_celeba.zip").extractall(celeb_a_files / "unpacked")
    (celeb_a_files / "unpacked/img_align_celeba/000002.jpg").unlink()
    with pytest.raises(errors.UserError, match="1 of the 9 images .* are not in .* such as 000002.jpg"):
        official.celeb_a(celeb_a_files / "unpacked", celeb_a_files, celeb_a_files / "tfds")
    partition = celeb_a_files / "list_eval_partition.txt"
    partition.write_text(partition.read_text().replace("000002.jpg 0\n", ""))
    command = [
        sys.executable,
        "scripts/prepare_data.py",
        "celeb_a",
        f"--images={celeb_a_files}/unpacked",
        f"--annotations={celeb_a_files}",
        f"--data_dir={celeb_a_files}/tfds",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"python scripts/train.py --dataset=celeb_a --data_dir={celeb_a_files}/tfds" in done.stdout
    assert len(data.prepare("celeb_a", data_dir=celeb_a_files / "tfds").samples) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "error: missing argument DATA_SET"),
        (["mnits"], "error: unknown data set 'mnits' (did you mean 'mnist'?)"),
        (["celeb_a", "--images=a.zip"], "error: celeb_a needs --annotations"),
        (["mnist", "fashion_mnist"], "error: unexpected argument 'fashion_mnist'"),
    ],
)
def test_the_program_explains_mistakes_in_one_line(arguments, message):
    done = subprocess.run([sys.executable, "scripts/prepare_data.py", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(message) and done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_real_idx_files(tmp_path, real_data, name):
    official.mnist(name, real_data / name, tmp_path)
    store = data.prepare(name, data_dir=tmp_path)
    assert store.samples.shape == (60_000, 32, 32, 1)
    assert np.bincount(store.labels["label"]).sum() == 60_000
    assert data.prepare(name, "test", data_dir=tmp_path).samples.shape == (10_000, 32, 32, 1)
    if name == "fashion_mnist":
        assert store.label_names["label"][0] == "T-shirt/top"
        assert np.bincount(store.labels["label"]).tolist() == [6000] * 10
