"""What the web page writes, without a browser: Node.js runs its code on what a generator of words puts out."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from gan_keras.data import vocabulary as vocabularies
from gan_keras.exporting import web
from tests.data.texts import TEXTS

PROGRAM = """
const [source, vocabulary, numbers] = JSON.parse(require('fs').readFileSync(0));
import(`data:text/javascript,${encodeURIComponent(source)}`).then(({viewOf}) => {
  const view = viewOf({vocabulary});
  const count = vocabulary.symbols.length;
  console.log(JSON.stringify(numbers.map((row) => {
    const values = new Float32Array(row.length * count);
    row.forEach((number, place) => { values[place * count + number] = 1; });
    return view.sample(values);
  })));
});
"""


def written(vocabulary, numbers):
    """Returns the texts that the page writes of numbers (N, L)."""
    described = vocabulary.to_json() | {"joins": vocabulary.joins, "length": numbers.shape[1]}
    given = json.dumps([(web.PAGE / "views.js").read_text("utf-8"), described, numbers.tolist()])
    ran = subprocess.run(["node", "-e", PROGRAM], input=given.encode(), capture_output=True, check=True, timeout=60)
    return json.loads(ran.stdout)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("unit", ["words", "characters"])
def test_the_page_writes_what_python_writes(unit):
    vocabulary, _ = vocabularies.of_texts(TEXTS, unit)
    numbers = np.stack([vocabulary.encode(text, 60) for text in TEXTS])
    assert written(vocabulary, numbers) == list(TEXTS)
    numbers = np.random.default_rng(0).integers(0, len(vocabulary.symbols), (500, 20))
    assert written(vocabulary, numbers) == [vocabulary.decode(row) for row in numbers]
