"""The rate of the input pipeline."""

from gan_keras.benchmarks import input_pipeline


def test_both_rates_are_printed_and_one_is_returned(capsys):
    rate = input_pipeline.measure(count=16, resolution=16, batch_size=4, rounds=2, seconds=0.01)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[0].startswith("no mirroring") and lines[1].startswith("random mirroring")
    assert all("float32 images/s at 16 × 16 × 3" in line for line in lines)
    assert rate > 0 and f"{rate:.0f} float32 images/s" in lines[0]
