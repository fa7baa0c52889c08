"""The table of recipes: a run folder each, a row each, and nothing twice."""

import numpy as np
import pytest

from gan_keras import errors
from gan_keras.benchmarks import recipes
from gan_keras.metrics.features import classifier
from gan_keras.training import pictures
from tests import tiny


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Makes everything that takes time smaller, and leaves out the curves of the runs."""
    monkeypatch.setattr(pictures, "write_curves", lambda path, records: None)
    monkeypatch.setattr(recipes, "ON_A_CPU", {"cdcgan": {"width": 4}})
    monkeypatch.setattr(recipes, "TICKS", 1)
    monkeypatch.setattr(classifier, "EPOCHS", 1)
    monkeypatch.setattr(classifier, "LEAST_UPDATES", 1)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
def test_a_table_that_resumes(tmp_path, capsys):
    images, labels = tiny.images(count=48, channels=1), np.arange(48) % 2
    np.savez(tmp_path / "set.npz", x_train=images, y_train=labels, x_test=images[:20], y_test=labels[:20])
    settings = {"resolution": 16, "cache_dir": str(tmp_path / "cache")}

    def measure():
        recipes.measure(
            f"npz:{tmp_path / 'set.npz'}", tmp_path / "runs", ["gan", "cdcgan"], updates=2, batch_size=8, **settings
        )
        return (tmp_path / "runs" / "table.md").read_text()

    table = measure()
    assert capsys.readouterr().out.endswith(table + "\n")
    head, _, first, second = table.splitlines()
    assert first.startswith("| `gan` |  |") and second.startswith("| `cdcgan` | `width=4` |")
    assert [cell.strip() for cell in first.split("|")][6] == "16"  # Images shown.
    assert "%" not in first and "%" in second and "![cdcgan](cdcgan.png)" in second
    assert {"gan.png", "cdcgan.png", "gan", "cdcgan"} <= {path.name for path in (tmp_path / "runs").iterdir()}
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    assert written and measure() == table
    assert written == {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}


def test_an_unknown_recipe_is_refused_before_the_others_are_trained(tmp_path):
    with pytest.raises(errors.UserError, match="dcgam"):
        recipes.measure("avatars", tmp_path / "runs", ["gan", "dcgam"], updates=1)
    assert not (tmp_path / "runs").exists()
