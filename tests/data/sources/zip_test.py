"""Zip files of images."""

import zipfile

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors
from gan_keras.data.sources import zip as zip_source
from tests.data import conftest


def pack(path, folder, **extra):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder.parent))
        for name, content in extra.items():
            archive.writestr(name, content)
    return path


def test_a_zip_gives_what_its_folder_gives(tmp_path):
    conftest.save_images(tmp_path / "pets/cat", 30)
    conftest.save_images(tmp_path / "pets/dog", 30, first=30)
    pack(tmp_path / "pets.zip", tmp_path / "pets", **{"__MACOSX/._000.png": b"", "notes.txt": b""})
    for split in ("train", "test"):
        packed = data.prepare(f"zip:{tmp_path}/pets.zip", split, resolution=16, holdout=0.2)
        unpacked = data.prepare(f"folder:{tmp_path}/pets", split, resolution=16, holdout=0.2)
        assert packed.content_hash == unpacked.content_hash
        assert packed.label_names == {"label": ["cat", "dog"]}


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:\\evil.png", "..\\evil.png"])
def test_names_that_point_outside_are_refused(tmp_path, name):
    conftest.save_images(tmp_path / "photos", 4)
    pack(tmp_path / "photos.zip", tmp_path / "photos", **{name: b""})
    with pytest.raises(errors.UserError, match="points outside of it"):
        data.prepare(f"{tmp_path}/photos.zip")


def test_a_member_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    conftest.save_images(tmp_path / "photos", 4)
    pack(tmp_path / "photos.zip", tmp_path / "photos")
    monkeypatch.setattr(zip_source, "_MAX_MEMBER_BYTES", 100)
    example = next(zip_source.Zip(tmp_path / "photos.zip").examples("train", 16, None))
    with pytest.raises(ValueError, match="larger than"):
        example.read()


@pytest.mark.parametrize(
    ("content", "message"), [(None, "no images in zip file"), (b"no zip", "cannot be read as a zip")]
)
def test_no_zip_and_no_images(tmp_path, content, message):
    path = pack(tmp_path / "empty.zip", tmp_path / "nothing")
    if content:
        path.write_bytes(content)
    with pytest.raises(errors.UserError, match=message):
        data.prepare(f"zip:{path}")


def test_a_grey_zip(tmp_path):
    for path in conftest.save_images(tmp_path / "photos", 3):
        conftest.Image.open(path).convert("L").save(path)
    store = data.prepare(str(pack(tmp_path / "photos.zip", tmp_path / "photos")), holdout=0)
    assert store.samples.shape == (3, 64, 64, 1) and np.ptp(store.samples[0]) > 0
