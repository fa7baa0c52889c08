"""The guide for phones: its Python runs as it stands."""

import numpy as np

from tests import helpers

GUIDE = helpers.ROOT / ".github" / "PHONES.md"


def test_the_python_of_the_guide_draws_seed_7(exported, monkeypatch):
    code = GUIDE.read_text("utf-8").split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(exported.folder)
    names = {}
    exec(code, names)
    drawn, expected = names["pixels"].astype(int), exported.generate(range(8)).astype(int)
    assert np.abs(drawn - expected[7]).mean() < 3 < np.abs(drawn - expected[6]).mean()
