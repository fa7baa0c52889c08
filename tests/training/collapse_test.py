"""Real trainings that are made to collapse in mid-run: found out, rolled back, and the best generator is exported."""

import contextlib
import json

import pytest
import tensorflow as tf

from gan_keras import errors
from gan_keras import exporting
from gan_keras import recipe
from gan_keras import training
from gan_keras.exporting.exported import ExportedGenerator
from gan_keras.game import schedules
from gan_keras.metrics import results
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.runs import run as runs

TICK, BROKEN_FROM, IMAGES = 2000, 24_000, 40_000


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own, in saving
@pytest.mark.parametrize("name", ["dcgan", "wgan_gp"])
def test_learning_rates_times_fifty_in_mid_run(name, tmp_path, monkeypatch):
    rate = schedules.ImagesSchedule.__call__

    def raised(self, step):
        broken = self._state is not None and self._state.images_shown.value >= BROKEN_FROM
        return rate(self, step) * tf.where(broken, 50.0, 1.0)

    monkeypatch.setattr(schedules.ImagesSchedule, "__call__", raised)
    config = recipe(
        name,
        resolution=32,
        width=16,
        batch_size=16,
        max_images=6000,
        images=IMAGES,
        tick_images=TICK,
        grid_seconds=0,
        checkpoint_seconds=0,
        evaluate_images=8000,
        export_dir="",
        cache_dir=str(tmp_path / "cache"),
    )
    with contextlib.suppress(errors.UserError):  # The rates are 25 times as high then, which some games survive.
        training.train(config, tmp_path / "run")

    events = [json.loads(line) for line in (tmp_path / "run" / "health.jsonl").read_text().splitlines()]
    rolled_back, *ended = [event for event in events if "action" in event]
    assert rolled_back["action"].startswith("rolled back to")
    for found in (rolled_back, *ended):
        assert BROKEN_FROM < found["images"] <= BROKEN_FROM + 3 * TICK, found
    run = runs.open_run(tmp_path / "run")
    (exported,) = Evaluator(run.config.data, progress=False).measure(
        subjects.Exported(ExportedGenerator(exporting.export(run, tmp_path / "exported"))), ["mind2k"], ["classifier"]
    )
    records = [record for record in results.read(run.path / results.NAME) if record["metric"] == "mind2k"]
    measured = [(record["images_shown"], record["rollbacks"], record["values"]["distance"]) for record in records]
    print(f"{name}: {rolled_back}, {ended}, measured {measured}, exported {exported.value}")
    best = min(value for _, _, value in measured)
    assert exported.value == pytest.approx(best, rel=0.01)  # Drawn one by one, images round otherwise.
