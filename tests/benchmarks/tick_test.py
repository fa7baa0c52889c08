"""What a fast device waits for, in a tiny game."""

import re

from gan_keras.benchmarks import tick


def test_both_cadences_are_printed_and_the_share_of_the_default_one_is_returned(tmp_path, capsys):
    tiny = {"resolution": 16, "width": 4, "latent_dim": 8, "batch_size": 8, "tick_images": 400}
    share = tick.measure(rate=4_000, seconds=0.5, seconds_every_tick=0.3, **tiny)
    out = capsys.readouterr().out
    headings = re.findall(r"^(--.*): ([\d.]+)% of the time in ticks at 4000 images/s", out, re.MULTILINE)
    assert [heading[0] for heading in headings] == [
        "--checkpoint_seconds=60 --grid_seconds=10",
        "--checkpoint_seconds=0 --grid_seconds=0",
    ]
    assert headings[0][1] == f"{share:.1%}".rstrip("%") and 0 < share < float(headings[1][1]) / 100 < 1
    # 2 000 and 1 200 images; at the beginning and at the end there are a grid and a checkpoint in any case.
    counts = re.findall(r"(\d+) ticks .*\n *(\d+) grids drawn.*; (\d+) checkpoints copied", out)
    assert counts == [("5", "2", "2"), ("3", "4", "4")]
