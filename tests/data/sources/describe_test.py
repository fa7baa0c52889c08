import zipfile

import numpy as np
import pytest

from gan_keras import data
from gan_keras import errors


@pytest.mark.parametrize(
    ("dataset", "kind", "crop", "resolution", "flip"),
    [
        ("avatars", "avatars", None, 64, True),
        ("celeb_a", "celeb_a", 178, 64, True),
        ("mnist", "mnist", None, 32, False),
        ("fashion_mnist:3.0.1", "fashion_mnist", None, 32, False),
        ("cifar10", "cifar10", None, 32, False),
        ("oxford_flowers102", "oxford_flowers102", None, 64, False),
    ],
)
def test_names(dataset, kind, crop, resolution, flip):
    told = data.describe(dataset)
    assert (told.kind, told.default_crop, told.default_resolution, told.default_flip) == (kind, crop, resolution, flip)


def test_an_existing_path_may_stand_alone(tmp_path):
    (tmp_path / "my photos").mkdir()
    zipfile.ZipFile(tmp_path / "a.zip", "w").close()
    np.savez(tmp_path / "b.npz", images=np.zeros(1))
    (tmp_path / "c.txt").touch()
    for name, kind, short in (("my photos", "folder", "my_photos"), ("a.zip", "zip", "a"), ("b.npz", "npz", "b")):
        alone, prefixed = data.describe(str(tmp_path / name)), data.describe(f"{kind}:{tmp_path / name}")
        assert alone == prefixed
        assert (alone.kind, alone.name, alone.default_resolution) == (kind, short, 64)
    with pytest.raises(errors.UserError, match="another kind of file"):
        data.describe(str(tmp_path / "c.txt"))


def test_a_name_of_tfds_wins_over_a_folder_of_that_name(tmp_path, monkeypatch):
    for name in ("mnist", "kitchen"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert data.describe("mnist").kind == "mnist"
    assert data.describe("./mnist").kind == data.describe("kitchen").kind == "folder"
