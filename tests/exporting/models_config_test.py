"""The file that tells TensorFlow Serving which models there are."""

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from gan_keras.exporting import models_config

OWN = """# Ours: two versions of the faces.
model_config_list {
  # config { name: "cats" base_path: "/models/cats" }
  config {
    name: 'faces' base_path: "/models/faces" model_platform: "tensorflow"
    model_version_policy { specific { versions: 3 versions: 7 } }
  }
}
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with versions of the models `cats` and `faces`, and without one of `empty`."""
    for path in ("cats/1", "faces/3", "faces/7", "empty/draft"):
        (tmp_path / path).mkdir(parents=True)
    return tmp_path


def test_all_models_are_listed_as_the_container_sees_them(folder, capsys):
    path = models_config.write(folder, "cats")
    assert path == folder / "models.config"
    assert path.read_text() == (
        "# Written by gan_keras at every export; delete this line to keep your own changes.\n"
        "model_config_list {\n"
        '  config { name: "cats" base_path: "/models/cats" model_platform: "tensorflow" }\n'
        '  config { name: "faces" base_path: "/models/faces" model_platform: "tensorflow" }\n'
        "}\n"
    )
    parsed = text_format.Parse(path.read_text(), model_server_config_pb2.ModelServerConfig())
    found = [(config.name, config.base_path, config.model_platform) for config in parsed.model_config_list.config]
    assert found == [("cats", "/models/cats", "tensorflow"), ("faces", "/models/faces", "tensorflow")]
    (folder / "dogs" / "1").mkdir(parents=True)
    models_config.write(folder, "dogs")
    assert path.read_text().count("config {") == 3 and '"/models/dogs"' in path.read_text()
    assert capsys.readouterr().out == ""


def test_what_somebody_wrote_stays_and_a_line_says_what_it_lacks(folder, capsys):
    path = folder / "models.config"
    path.write_text(OWN)
    models_config.write(folder, "faces")
    assert capsys.readouterr().out == "" and path.read_text() == OWN
    models_config.write(folder, "cats")  # A comment lists no model.
    line = 'config { name: "cats" base_path: "/models/cats" model_platform: "tensorflow" }'
    assert capsys.readouterr().out == f"{path} is your own and does not list 'cats': add {line}\n"
    assert path.read_text() == OWN
    own = text_format.Parse(OWN[: OWN.rindex("}")] + line + "\n}", model_server_config_pb2.ModelServerConfig())
    assert [config.name for config in own.model_config_list.config] == ["faces", "cats"]


def test_without_its_first_line_the_file_is_the_users(folder, capsys):
    path = models_config.write(folder, "cats")
    kept = path.read_text().split("\n", 1)[1]
    path.write_text(kept)
    (folder / "dogs" / "1").mkdir(parents=True)
    models_config.write(folder, "dogs")
    assert path.read_text() == kept and "does not list 'dogs'" in capsys.readouterr().out
