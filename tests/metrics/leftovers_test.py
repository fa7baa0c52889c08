"""What a killed measurement has left is deleted by a later one, and what a living one uses is not."""

import os
import time

from gan_keras.metrics import evaluation
from gan_keras.runtime import files


def test_only_old_folders_that_nobody_uses_are_deleted(tmp_path):
    for name in ("dead", "alive", "young"):
        (tmp_path / f".generated-{name}").mkdir()
        (tmp_path / f".generated-{name}" / "0.features").write_bytes(b"1234")
    with files.Lock(tmp_path / ".generated-alive" / "lock", busy="measuring"):
        for name in ("dead", "alive"):
            os.utime(tmp_path / f".generated-{name}", (time.time() - 3600,) * 2)
        evaluation._remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".generated-alive", ".generated-young"]
