"""`models.config`: tells TensorFlow Serving which models are below a folder."""

import json
import pathlib

from gan_keras.exporting import version
from gan_keras.runtime import files

NAME = "models.config"


def write(export_dir: pathlib.Path, base_path: str | None = None) -> pathlib.Path:
    """Lists all models below a folder in its `models.config`, and returns the path of that.

    Args:
        export_dir: parent of the models.
        base_path: path of that folder as the server sees it; by default `/models`, as in the server's container.
    """
    export_dir = pathlib.Path(export_dir)
    with files.locked_folder(export_dir):
        names = sorted(path.name for path in export_dir.iterdir() if version.numbers(path))
        files.write_text(export_dir / NAME, text(names, base_path or "/models"))
    return export_dir / NAME


def text(names: list[str], base_path: str) -> str:
    """Returns a `ModelServerConfig` in the text format of protocol buffers."""
    entries = "".join(
        f"  config {{ name: {json.dumps(name)} base_path: {json.dumps(f'{base_path}/{name}')} "
        'model_platform: "tensorflow" }\n'
        for name in names
    )
    return f"model_config_list {{\n{entries}}}\n"
