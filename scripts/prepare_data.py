"""Builds a TensorFlow Datasets data set from official files that you downloaded by hand.

python scripts/prepare_data.py celeb_a --images=img_align_celeba.zip --annotations=FOLDER
python scripts/prepare_data.py mnist --files=FOLDER
python scripts/prepare_data.py fashion_mnist --files=FOLDER
"""

from absl import flags

from gan_keras import errors
from gan_keras.runtime import program

_IMAGES = flags.DEFINE_string("images", None, "celeb_a: img_align_celeba.zip, or a folder with its .jpg files")
_ANNOTATIONS = flags.DEFINE_string(
    "annotations",
    None,
    "celeb_a: folder with list_attr_celeba.txt, "
    "list_eval_partition.txt, list_landmarks_align_celeba.txt, identity_CelebA.txt",
)
_FILES = flags.DEFINE_string("files", None, "mnist and fashion_mnist: folder with the four idx files, .gz or not")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "where TFDS keeps its data sets (default: TFDS's own)")


def main(name):
    from gan_keras.data import official

    if name == "celeb_a":
        _require(name, images=_IMAGES.value, annotations=_ANNOTATIONS.value)
        path = official.celeb_a(_IMAGES.value, _ANNOTATIONS.value, _DATA_DIR.value)
    elif name in ("mnist", "fashion_mnist"):
        _require(name, files=_FILES.value)
        path = official.mnist(name, _FILES.value, _DATA_DIR.value)
    else:
        nearest = errors.nearest(name, ("celeb_a", "mnist", "fashion_mnist"))
        raise errors.UserError(f"unknown data set '{name}'{nearest}: expected celeb_a, mnist or fashion_mnist")
    data_dir = f" --data_dir={_DATA_DIR.value}" if _DATA_DIR.value else ""
    print(f"{name} is in {path}; train on it with: python scripts/train.py --dataset={name}{data_dir}")


def _require(name, **values):
    missing = [f"--{flag}" for flag, value in values.items() if not value]
    if missing:
        raise errors.UserError(f"{name} needs {' and '.join(missing)}: see --help")


if __name__ == "__main__":
    program.run(main, positional=("DATA_SET",))
