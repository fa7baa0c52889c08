import json
import re

from gan_keras import training
from tests import helpers


def test_it_prints_config_weights_and_speed_and_makes_no_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    config = helpers.experiment(tmp_path, images=1_000_000, resolution=None, schedule_images=None, flip=None)
    training.dry_run(config)
    out = capsys.readouterr().out
    printed, end = json.JSONDecoder().raw_decode(out)
    # What was left open is resolved: the resolution of the data set, its flips, the span of the schedules.
    assert (printed["data"]["resolution"], printed["data"]["flip"]) == (64, False)
    assert printed["training"]["schedule_images"] == 1_000_000
    # 4 × 4 kernels, channels 8·32·…: G 8→32→16→8→4→3 and batch norm; D the other way round.
    generator = 16 * (8 * 32 + 32 * 16 + 16 * 8 + 8 * 4 + 4 * 3) + 2 * (32 + 16 + 8 + 4)
    discriminator = 16 * (3 * 4 + 4 * 8 + 8 * 16 + 16 * 32 + 32) + 2 * (8 + 16 + 32)
    assert f"generator: {generator:,} trainable weights\n" in out[end:]
    assert f"discriminator: {discriminator:,} trainable weights\n" in out[end:]
    rate, time = re.search(r"([\d.]+) images/s: 1,000,000 images take about (\d+ (?:h|min).*)\n", out[end:]).groups()
    assert 1 < float(rate) < 100_000 and time
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "noise.npz"]
