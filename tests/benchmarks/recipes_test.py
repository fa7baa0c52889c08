"""The table of recipes: a run folder each, a row each, and nothing twice."""

import numpy as np
import pytest

from gan_keras.benchmarks import recipes
from tests import tiny


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
def test_a_table_that_resumes(tmp_path, capsys):
    images, labels = tiny.images(count=300, channels=1), np.arange(300) % 2
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
    assert first.startswith("| `gan` | its own |") and second.startswith("| `cdcgan` | its own |")
    assert [cell.strip() for cell in first.split("|")][6] == "16"  # images shown
    assert "%" in second and "![cdcgan](cdcgan.png)" in second
    assert {"gan.png", "cdcgan.png", "gan", "cdcgan"} <= {path.name for path in (tmp_path / "runs").iterdir()}
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
    assert measure() == table
    assert written == {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("checkpoints/*")}
