"""Folders and arrays as sets of samples; and what is refused in one line."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_keras.data import crop
from gan_keras.metrics import sample_files
from tests import tiny
from tests.metrics.drawing import drawn
from tests.metrics.drawing import refused


def write(folder, images):
    folder.mkdir(exist_ok=True)
    for index, image in enumerate(images):
        Image.fromarray(image.squeeze()).save(folder / f"{index:03d}.png")
    return folder


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ["folder", "npy", "npz", "float32", "float16"])
def test_samples_that_exist(tmp_path, kind, channels):
    images = tiny.images(70, channels)
    path = tmp_path / f"samples.{'npz' if kind == 'npz' else 'npy'}"
    if kind == "folder":
        path = write(tmp_path / "samples", images)
        (path / "notes.txt").write_text("no image")
    elif kind == "npz":
        np.savez(path, images=images, labels=np.zeros(70))
    else:
        np.save(path, images if kind == "npy" else (images / 127.5 - 1).astype(kind))
    subject = sample_files.Samples(path)
    assert (subject.shape, subject.count, subject.condition) == ((16, 16, channels), 70, None)
    assert subject.origin == {"samples": str(path), "generator": None}
    np.testing.assert_array_equal(drawn(subject, np.arange(70)), images)
    np.testing.assert_array_equal(drawn(subject, [69, 3]), images[[69, 3]])


def test_grey_images_need_no_axis_for_channels(tmp_path):
    np.save(tmp_path / "grey.npy", tiny.images(3)[..., 0])
    np.testing.assert_array_equal(
        drawn(sample_files.Samples(tmp_path / "grey.npy"), [0, 1, 2]), tiny.images(3)[..., :1]
    )


def test_the_content_of_a_file_counts_not_its_suffix(tmp_path):
    for name, content in (("an_npz.npy", whole("npz")), ("an_npy.npz", whole("npy"))):
        (tmp_path / name).write_bytes(content)
        np.testing.assert_array_equal(drawn(sample_files.Samples(tmp_path / name), [0, 1, 2]), tiny.images(3))


def test_an_array_on_disk_is_not_read_into_memory(tmp_path):
    np.save(tmp_path / "samples.npy", tiny.images(3))
    assert isinstance(sample_files.Samples(tmp_path / "samples.npy")._array, np.memmap)


def test_folders_are_searched_in_order_and_by_any_case(tmp_path):
    images = tiny.images(3)
    for image, name in zip(images, ("b/1.PNG", "a.png", "b/0.png"), strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / name)
    np.testing.assert_array_equal(drawn(sample_files.Samples(tmp_path), [0, 1, 2]), images[[1, 2, 0]])


def test_hidden_files_are_no_samples(tmp_path):
    write(tmp_path, tiny.images(count=2))
    (tmp_path / "._000.png").write_bytes(b"what macOS writes beside a file")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "0.png").write_bytes(b"the same in an archive")
    assert sample_files.Samples(tmp_path).count == 2


@pytest.mark.parametrize("mode", ["I;16", "RGBA", "LA", "P"])
def test_files_become_pixels_as_those_of_the_data_do(tmp_path, mode):
    """16 bits are scaled, transparent pixels lie on white: else real and generated images would differ by that."""
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    if mode == "I;16":
        image = Image.fromarray(ramp.astype(np.uint16) * 257)
    else:
        parts = [Image.fromarray(ramp)] * (3 if mode == "RGBA" else 1)
        image = Image.merge("RGB", [Image.fromarray(ramp)] * 3).convert("P") if mode == "P" else None
        image = image or Image.merge(mode, [*parts, Image.fromarray(ramp.T.copy())])
    image.save(tmp_path / "0.png")
    content = (tmp_path / "0.png").read_bytes()
    channels = 1 if crop.is_grey(io.BytesIO(content)) else 3
    expected = crop.pixels(content, crop=None, resolution=16, channels=channels)
    np.testing.assert_array_equal(drawn(sample_files.Samples(tmp_path), [0]), [expected])
    if mode == "I;16":
        np.testing.assert_array_equal(expected[..., 0], ramp)


def test_a_folder_without_images_and_with_images_of_other_sizes(tmp_path):
    refused(lambda: sample_files.Samples(tmp_path), r"the folder holds no images \(\.avif, \.bmp, .*\.jpg, .*\.png")
    write(tmp_path / "mixed", [*tiny.images(2), np.zeros((32, 32, 3), np.uint8)])
    mixed = sample_files.Samples(tmp_path / "mixed")
    refused(
        lambda: drawn(mixed, [0, 1, 2]),
        "002.png' is 32 × 32 × 3, and .*000.png' is 16 × 16 × 3: .* of one size",
    )
    write(tmp_path / "grey", [tiny.images(1)[0], tiny.images(1, 1)[0]])
    refused(lambda: drawn(sample_files.Samples(tmp_path / "grey"), [1]), "001.png' is 16 × 16 × 1, and")
    write(tmp_path / "wide", [np.zeros((16, 24, 3), np.uint8)])
    refused(lambda: sample_files.Samples(tmp_path / "wide"), "000.png' is 24 × 16 pixels: expected square images")


@pytest.mark.parametrize("damage", ["text", "half", "empty"])
def test_a_damaged_image_is_named(tmp_path, damage):
    folder = write(tmp_path / "samples", tiny.images(2))
    path = folder / "001.png"
    path.write_bytes({"text": b"no image", "half": path.read_bytes()[:200], "empty": b""}[damage])
    subject = sample_files.Samples(folder)
    refused(lambda: drawn(subject, [0, 1]), "001.png' cannot be read as an image: .*; remove or replace it")


def spoiled(value):
    images = np.zeros((4, 16, 16, 3), np.float32)
    images[2:, 3, 4, 1] = value
    return images


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (spoiled(np.nan), "2 samples are NaN or infinite, the first is 2"),
        (spoiled(-np.inf), "2 samples are NaN or infinite, the first is 2"),
        (spoiled(1.01), r"floats from 0 to 1.01, expected them in \[-1, 1\], or uint8"),
        (spoiled(255.0), "floats from 0 to 255, expected"),
        (spoiled(-2.0), "floats from -2 to 0, expected"),
        (np.zeros((4, 16, 16, 3), np.int64), r"got int64, expected uint8, or floats in \[-1, 1\]"),
        (np.zeros((4, 16, 16, 3), bool), "got bool, expected uint8"),
        (np.zeros((4, 16, 16, 2), np.uint8), r"got shape \(4, 16, 16, 2\), expected \(N, H, W, C\) with 1 or 3"),
        (np.zeros((4, 16), np.uint8), r"got shape \(4, 16\), expected"),
        (np.zeros((0, 16, 16, 3), np.uint8), r"got shape \(0, 16, 16, 3\), expected"),
        (np.uint8(3), r"got shape \(\), expected"),
        (np.array([{}]), "expected a folder of images, a .npy file, or a .npz file with the key images"),
    ],
)
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_arrays_that_are_no_images_are_refused(tmp_path, array, message, suffix):
    path = tmp_path / f"samples.{suffix}"
    np.save(path, array) if suffix == "npy" else np.savez(path, images=array)
    refused(lambda: sample_files.Samples(path), f"^--samples={path}: .*{message}")


def whole(suffix, key="images", save=np.savez):
    with io.BytesIO() as file:
        np.save(file, tiny.images(3)) if suffix == "npy" else save(file, **{key: tiny.images(3)})
        return file.getvalue()


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.npy", None),
        ("text.npy", b"no array"),
        ("empty.npy", b""),
        ("half.npy", whole("npy")[:1000]),
        ("text.npz", b"no array"),
        ("empty.npz", b""),
        ("half.npz", whole("npz")[:1000]),
        ("flipped.npz", flipped(whole("npz"))),
        ("flipped_and_packed.npz", flipped(whole("npz", save=np.savez_compressed))),
        ("other_key.npz", whole("npz", "x_train")),
        ("picture.png", b"\x89PNG"),
    ],
)
def test_files_that_are_no_arrays_are_refused(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused(
        lambda: sample_files.Samples(tmp_path / name),
        f"^--samples={tmp_path / name}: expected a folder of images, a .npy file, or a .npz file with the key images",
    )
