"""`models.config`: tells TensorFlow Serving which models are below a folder."""

import json
import pathlib
import re

from gan_keras.exporting import version
from gan_keras.runtime import files

NAME = "models.config"
BASE_PATH = "/models"
"""The folder of all models in the server's container."""

HEADER = "# Written by gan_keras at every export; delete this line to keep your own changes."


def write(export_dir: pathlib.Path, name: str, base_path: str = BASE_PATH) -> pathlib.Path:
    """Lists a model, and all others below a folder, in the `models.config` of that folder; returns the path of that.

    A file that does not begin with `HEADER` is somebody's own, with version policies perhaps. It stays as it is, and a
    printed line says which entry it lacks.

    Args:
        export_dir: parent of the models.
        name: of the model that was exported.
        base_path: path of `export_dir` as the server sees it.
    """
    export_dir = pathlib.Path(export_dir)
    path = export_dir / NAME
    with files.locked_folder(export_dir):
        found = path.read_text("utf-8", errors="replace") if path.is_file() else HEADER
        if found.startswith(HEADER):
            names = sorted(folder.name for folder in export_dir.iterdir() if version.numbers(folder))
            files.write_text(path, text(names, base_path))
        elif not _lists(found, name):
            print(f"{path} is your own and does not list '{name}': add {entry(name, base_path)}")
    return path


def text(names: list[str], base_path: str) -> str:
    """Returns a `ModelServerConfig` in the text format of protocol buffers."""
    entries = "".join(f"  {entry(name, base_path)}\n" for name in names)
    return f"{HEADER}\nmodel_config_list {{\n{entries}}}\n"


def entry(name: str, base_path: str) -> str:
    """Returns what a `model_config_list` has for a model."""
    place = json.dumps(f"{base_path}/{name}")
    return f'config {{ name: {json.dumps(name)} base_path: {place} model_platform: "tensorflow" }}'


def _lists(content, name):
    without_comments = re.sub(r"^\s*#.*$", "", content, flags=re.MULTILINE)
    return re.search(rf"""\bname\s*:\s*(["']){re.escape(name)}\1""", without_comments) is not None
