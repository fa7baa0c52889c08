"""The server's container finds the models where the exports put them, and answers where the clients ask."""

import re

from gan_keras.exporting import models_config
from gan_keras.serving import client
from tests import helpers

COMPOSE = helpers.ROOT / "scripts" / "compose.yaml"


def items():
    """Returns the lists of the only service, by their keys."""
    found, key = {}, None
    for line in COMPOSE.read_text().splitlines():
        text = line.strip()
        if text.endswith(":"):
            key = text[:-1]
        elif text.startswith("- "):
            found.setdefault(key, []).append(text[2:].strip('"'))
    return found


def test_the_server_reads_what_the_exports_write():
    found = items()
    assert found.keys() == {"command", "ports", "volumes"}
    assert found["command"] == [
        f"--model_config_file={models_config.BASE_PATH}/{models_config.NAME}",
        "--model_config_file_poll_wait_seconds=30",
    ]
    ((source, target, mode),) = (volume.split(":") for volume in found["volumes"])
    assert (COMPOSE.parent / source).resolve() == helpers.ROOT / "exported_models"
    assert (target, mode) == (models_config.BASE_PATH, "ro")


def test_a_fresh_clone_has_what_the_server_reads():
    shipped = helpers.ROOT / "exported_models" / models_config.NAME
    content = shipped.read_text("utf-8")
    names = re.findall('name: "(.*?)"', content)  # In a checkout that has exported, more than in a fresh clone.
    assert "avatars" in names and content == models_config.text(names, models_config.BASE_PATH)
    assert f"!exported_models/{models_config.NAME}" in (helpers.ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_it_answers_this_machine_alone_on_the_ports_of_the_clients():
    assert client.PORTS == {"grpc": 8500, "rest": 8501}
    assert items()["ports"] == [f"127.0.0.1:{port}:{port}" for port in client.PORTS.values()]
