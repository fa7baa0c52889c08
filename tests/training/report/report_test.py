"""The report of a run: what is on the page, what is not, and how large it becomes."""

import base64
import html.parser
import io
import json
import math
import os
import re

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras.config import stored
from gan_keras.data import images
from gan_keras.training import report
from gan_keras.training.report import charts as chart
from gan_keras.training.report import metrics
from gan_keras.training.report import pictures

DATASET = 'folder:/data/<script>alert("x")</script> & \udcff cats'
PROTOCOL = {
    "features": "classifier",
    "resize": "bilinear to 32 px",
    "features_sha256": "ab" * 32,
    "generated": 2048,
    "real": 1547,
    "reference_split": "test",
    "reference_dataset": "cats",
    "reference_hash": "cd" * 32,
    "seed": 0,
    "repeats": 3,
    "generator": "ema",
    "config_hash": "ef" * 32,
}
TICK = 5000


def make_bare_run(folder, dataset=DATASET):
    """Makes a run folder as it is before the first tick, and returns it."""
    config = {"recipe": "dcgan", "data": {"dataset": dataset, "flip": None}, "game": {"loss": "hinge", "r1": 0.5}}
    config["training"] = {"images": 100_000, "jit": False}
    identity = {"loss": "hinge", "content_hash": "12" * 32}
    frozen = {"format": stored.FORMAT, "config": config, "identity": identity, "channels": 3, "condition": None}
    folder.mkdir()
    _json(folder / "config.json", frozen)
    return folder


def make_run(folder, ticks=12, dataset=DATASET):
    """Makes a run folder with everything that a report may show, and returns it."""
    make_bare_run(folder, dataset)
    _json(folder / "environment.json", {"versions": {"keras": "3.15.1"}, "hardware": {"cpu": "Xeon <9>", "cores": 2}})
    best = {"metric": "mind2k", "value": 0.75, "images": 40_000}
    _json(folder / "best.json", {"images": 40_000, "rollbacks": 0, "best": best})
    (folder / "samples").mkdir()
    for tick in range(ticks + 1):
        images.write_png(folder / "samples" / f"{tick * TICK:09d}.png", _grid(tick / ticks))
    images.write_png(folder / "samples" / "reals.png", _grid(1.0))
    images.write_png(folder / "nearest.png", _grid(1.0)[:70])
    _jsonl(folder / "stats.jsonl", [_record(tick) for tick in range(1, ticks + 1)])
    evaluations = [_evaluation("mind2k", images, 30_000 / images) for images in (10_000, 20_000, 40_000)]
    evaluations += [_evaluation("fid2k", images, 12.5) for images in (20_000, 40_000)]
    evaluations.append({"metric": "pixel_spread", "values": {"spread": 0.25}, "images_shown": 40_000, "notes": []})
    _jsonl(folder / "metrics.jsonl", evaluations)
    event = {"images": 15_000, "event": "samples are collapsing", "advice": "lower the rates", "action": "rolled back"}
    _jsonl(folder / "health.jsonl", [event])
    return folder


def _record(tick):
    wave = math.sin(tick)
    return {
        **{"tick": tick, "images": tick * TICK, "iteration": tick * 78, "d_loss_real": 0.6 + wave / 10},
        **{"d_loss_fake": 0.5 - wave / 10, "g_loss": 1.5 + wave / 3, "D(x)": 0.7, "D(G(z))": 0.3 + wave / 20},
        **{"d_accuracy": 0.8, "logit_gap": 2.0 + wave, "d_gradient_norm": 4.0, "g_gradient_norm": 200.0 + wave},
        **{
            "grid_diversity": 0.4,
            "r1": 0.01,
            "seconds": 600.0,
            "images_per_second": 8.25 + wave,
            "memory_mb": 900 + tick,
        },
    }


def _evaluation(metric, images_shown, value):
    values, deviations = {"distance": value, "rank": 64}, {"distance": value / 20}
    notes = ["the covariance is <b>rank-deficient</b>"]
    measured = {"checkpoint": f"{images_shown:09d}", "images_shown": images_shown, "notes": notes, "seconds": 12.5}
    return {"metric": metric, "values": values, "std": deviations, **PROTOCOL, **measured}


def _grid(progress, side=32):
    """Returns a grid of discs that appear from noise, uint8 (274, 274, 3)."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] / side - 0.5
    samples = []
    for colour in random.uniform(0.2, 1.0, (64, 3)):
        disc = (x**2 + y**2 < 0.12)[..., None] * colour + 0.1
        samples.append(progress * disc + (1 - progress) * random.uniform(0, 1, (side, side, 3)))
    return images.grid((np.clip(samples, 0, 1) * 255).astype(np.uint8), 8)


def _json(path, value):
    path.write_text(json.dumps(value))


def _jsonl(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


class _Page(html.parser.HTMLParser):
    """What a browser would see: visible text, tags with their attributes, and the slider's frames."""

    def __init__(self, folder):
        super().__init__()
        self.source = (folder / "report.html").read_text()
        self.words, self.tags, self.within, self.frames = "", [], None, ""
        self.feed(self.source)
        self.frames = json.loads(self.frames)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.within = tag
        self.is_frames = dict(attributes).get("id") == "frames"

    def handle_endtag(self, tag):
        self.within = None

    def handle_data(self, data):
        if self.within not in ("style", "script"):
            self.words += f" {data}"
        elif self.is_frames:
            self.frames += data

    def attributes(self, tag, name):
        return [attributes[name] for found, attributes in self.tags if found == tag and name in attributes]


def written(folder):
    report.write(folder)
    return _Page(folder)


def _decoded(uri):
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return written(make_run(tmp_path_factory.mktemp("report") / "00000-dcgan-cats"))


def test_a_report_on_texts_counts_texts(tmp_path):
    folder = make_run(tmp_path / "00000-sentences-sentences")
    frozen = json.loads((folder / "config.json").read_text())
    _json(folder / "config.json", {**frozen, "vocabulary": {"unit": "characters", "symbols": ["", "a"]}})
    for grid in (folder / "samples").iterdir():
        grid.rename(grid.with_suffix(".txt")).write_text("a cat <b>sleeps</b>\n")
    (folder / "nearest.png").unlink()
    page = written(folder)
    words = " ".join(page.words.split())
    assert "60,000 of 100,000 texts shown" in words and "a cat <b>sleeps</b>" in words
    assert [frame["shown"] for frame in page.frames[:2]] == ["0 texts", "5,000 texts"]
    assert "Logit gap over texts shown. Newest: logit_gap 1.463" in page.attributes("svg", "aria-label")
    assert not re.search(r"\bimages\b", words.split("All settings")[0])


def test_the_header_says_what_was_trained_and_how_far_it_is(page):
    words = " ".join(page.words.split())
    assert "Run 00000-dcgan-cats : 60,000 of 100,000 images shown, 60% of the plan." in words
    assert "Best checkpoint: after 40,000 images, by mind2k = 0.75 ." in words
    assert "1 health event, the newest: samples are collapsing." in words
    assert page.attributes("progress", "value") == ["0.600"]


def test_text_from_files_is_shown_and_never_run(page):
    assert 'dcgan on folder:/data/<script>alert("x")</script> & ? cats' in page.words
    assert "the covariance is <b>rank-deficient</b>" in page.words and "Xeon <9>" in page.words
    assert page.source.count("<script") == 2  # The frames and the slider's.
    assert "<b>rank" not in page.source and 'alert("x")' not in page.source


def test_nothing_is_requested_from_anywhere(page):
    assert "http" not in page.source.replace("http-equiv", "")
    assert "url(" not in page.source and "@import" not in page.source and "//" not in page.words.replace("://", "")
    sources = page.attributes("img", "src")
    assert len(sources) == 3 and all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert page.attributes("link", "href") == ["data:,"]
    assert page.attributes("meta", "content")[0] == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    )


def test_pictures_and_controls_have_names(page):
    assert page.attributes("img", "alt") == [
        "Grid of generated samples after 60,000 images",
        "Grid of real samples",
        "Pairs of a generated sample and its nearest training image",
    ]
    assert page.attributes("label", "for") == ["slider"] and "slider" in page.attributes("input", "id")
    charts = [name for name in page.attributes("svg", "aria-label")]
    assert "Logit gap over images shown. Newest: logit_gap 1.463" in charts  # 2 + sin 12


def test_the_frames_are_the_grids_in_the_order_of_time(page):
    assert [frame["shown"] for frame in page.frames] == [f"{tick * TICK:,} images" for tick in range(13)]
    first, last = (np.asarray(_decoded(page.frames[index]["src"]), float) for index in (0, -1))
    assert np.abs(last - _grid(1.0)).mean() < 6 < 30 < np.abs(first - _grid(1.0)).mean()


def test_there_is_a_chart_for_each_kind_of_number(page):
    titles = [label.split(" over images shown")[0] for label in page.attributes("svg", "aria-label")]
    assert titles == [
        *("Losses", "Verdicts of D", "Accuracy of D", "Logit gap", "Gradient norms", "Diversity of the grid", "Speed"),
        *("r1", "memory_mb"),
        *("mind2k, features of classifier", "Fréchet distance 2k, features of classifier"),
    ]  # What was measured once is in the table only.
    assert page.source.count("<title>samples are collapsing</title>") == 11  # A mark in each.


def test_newest_values_come_with_their_protocol_and_notes(page):
    words = " ".join(page.words.split())
    assert "distance 0.75 ± 0.0375 rank 64" in words and "distance 3" not in words
    assert "2048 generated, 1547 real, test split" in words
    for name, value in PROTOCOL.items():
        assert f"{name.replace('_', ' ')} {value}" in words
    assert "pixel_spread none: pixels spread 0.25" in words


def test_health_cost_and_settings_are_told(page):
    words = " ".join(page.words.split())
    assert "After 15,000 images: samples are collapsing. Advice: lower the rates. Done: rolled back." in words
    assert "training 2 h 0 min (2.00 h)" in words  # 12 ticks of 600 s
    assert "largest memory at the end of a tick 912 MB" in words and "evaluations 62 s" in words
    assert "versions · keras 3.15.1 hardware · cpu Xeon <9> hardware · cores 2" in words
    assert "data · flip – game · loss hinge game · r1 0.5 training · images 100000 training · jit no" in words
    assert f"content hash {'12' * 32} channels 3 vocabulary – condition –" in words


@pytest.mark.parametrize(
    "metric, features, expected",
    [
        ("fid2k", "inception_v3", "fid2k"),
        ("FID", "classifier", "Fréchet distance"),
        ("fid50k", None, "Fréchet distance 50k"),
        ("clean_fid", "inception_v3", "clean_Fréchet distance"),
        ("fidelity", "classifier", "fidelity"),
        ("mind2k", "inception_v3", "mind2k"),
    ],
)
def test_only_a_distance_of_inception_features_is_called_fid(metric, features, expected):
    assert metrics.named(metric, metric, features) == expected


def test_numbers_of_different_protocols_are_different_curves():
    few = [_evaluation("mind2k", images, 2.0) | {"generated": 1000} for images in (10_000, 20_000)]
    many = [_evaluation("mind2k", images, 1.0) for images in (10_000, 20_000)]
    drawn = metrics.content([*few, *many], [])
    assert "distance: generated 1000 <b>2</b>" in drawn and "distance: generated 2048 <b>1</b>" in drawn
    assert "generated" not in metrics.content(many, []).split("</figure>")[0]


def test_a_run_that_has_just_begun_has_a_report(tmp_path):
    page = written(make_bare_run(tmp_path / "run"))
    words = " ".join(page.words.split())
    assert "0 of 100,000 images shown, 0% of the plan." in words
    for nothing in ("No samples yet.", "No statistics yet.", "No evaluation yet.", "No health events."):
        assert nothing in words
    assert page.frames == [] and page.attributes("img", "src") == []


def test_a_folder_without_a_run_is_refused_and_left_alone(tmp_path):
    with pytest.raises(errors.UserError, match="cannot read the config"):
        report.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_torn_lines_and_numbers_that_are_none_are_passed_over(tmp_path):
    folder = make_bare_run(tmp_path / "run")
    records = [_record(1), _record(2) | {"g_loss": math.nan, "d_loss_real": math.inf}, _record(3) | {"g_loss": None}]
    _jsonl(folder / "stats.jsonl", records)
    with open(folder / "stats.jsonl", "a") as file:
        file.write('[1, 2]\n{"images": NaN, "g_loss": 7777.0}\n{"images": 20000, "g_lo')
    _jsonl(folder / "metrics.jsonl", [_evaluation("mind2k", 10_000, math.nan)])
    page = written(folder)
    losses = page.attributes("svg", "aria-label")[0]
    assert "g_loss not a finite number" in losses and "d_loss_real 0.6141" in losses
    assert "distance nan ± nan" in " ".join(page.words.split())
    assert "15,000 of 100,000 images shown" in " ".join(page.words.split())
    assert all(not re.search("nan|inf", path, re.IGNORECASE) for path in page.attributes("path", "d"))


def test_a_number_of_some_ticks_is_one_curve_over_those(tmp_path):
    """Not every tick draws a grid."""
    folder = make_bare_run(tmp_path / "run")
    records = [_record(tick) for tick in range(1, 41)]
    for record in records[::2]:
        del record["grid_diversity"]
    _jsonl(folder / "stats.jsonl", records[:-1])
    page = written(folder)
    assert "Diversity of the grid over images shown. Newest: grid_diversity 0.4" in page.attributes("svg", "aria-label")
    curves = [path for path in page.attributes("path", "d") if path.count("L") == 18]
    assert len(curves) == 1 and curves[0].count("M") == 1  # 19 grids, one line.


def test_two_hundred_large_grids_of_noise_stay_within_ten_megabytes(tmp_path):
    folder = make_run(tmp_path / "run", ticks=1)
    noise = np.random.default_rng(0).integers(0, 256, (1042, 1042, 3), np.uint8)
    for name in ("samples/000000000.png", "samples/reals.png", "nearest.png"):
        images.write_png(folder / name, noise)
    for tick in range(1, 200):
        path = folder / "samples" / f"{tick * TICK:09d}.png"
        path.unlink(missing_ok=True)
        os.link(folder / "samples" / "000000000.png", path)
    page = written(folder)
    assert 4e6 < (folder / "report.html").stat().st_size < 10e6
    shown = [int(frame["shown"].removesuffix(" images").replace(",", "")) // TICK for frame in page.frames]
    assert shown == [0, 18, 36, 54, 72, 90, 109, 127, 145, 163, 181, 199]  # Twelve, evenly.


def test_as_many_grids_as_are_good_to_look_at(tmp_path):
    images.write_png(tmp_path / "grid.png", _grid(0.9))
    grids = [tmp_path / "grid.png"] * 100
    assert len(pictures.history(grids, 6_000_000)) == 60
    assert len(pictures.history(grids, 6_000_000 // 4)) in range(13, 59)
    assert len(pictures.history(grids, 6_000_000 // 100)) == 12
    assert len(pictures.history(grids[:5], 6_000_000)) == 5


def test_the_smallest_budget_holds_for_noise(tmp_path):
    images.write_png(tmp_path / "noise.png", np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8))
    uri = pictures.single(tmp_path / "noise.png", 75_000)
    assert len(uri) <= 75_000 and _decoded(uri).size == (256, 256)


def test_a_curve_has_gaps_and_begins_anew_where_time_goes_back():
    drawn = chart.chart("t", "u", [chart.Curve("c", [1, 2, 3, 4, 2, 3], [1, 2, math.nan, 4, 5, 6])])
    path = re.search(r'class="curve c0" d="(M58[^"]*|M[^"]{30,})"', drawn)[1]
    assert [len(part.split("L")) for part in path.split("M")[1:]] == [2, 1, 2]  # 1 2, 4, 2 3


def test_positions_by_hand():
    curve = chart.Curve("c", [0, 100], [0.0, 10.0], [1.0, math.nan])
    drawn = chart.chart("t", "u", [curve], marks=[(50, "half")])
    # x from 58 to 406; y from 190 up to 10 for −1 … 10 and a margin of 0.55 on both sides: 180 / 12.1 a unit.
    assert "M232.0 10V190" in drawn
    assert 'd="M58.0 166.9h0L406.0 18.2M58.0 181.8V152.1"' in drawn


def test_a_long_curve_keeps_its_spike_in_few_points():
    y = np.zeros(50_000)
    y[31_234] = 5.0
    drawn = chart.chart("t", "u", [chart.Curve("c", np.arange(50_000), y)])
    assert drawn.count("L") < 420 and " 18.2L" in drawn and len(drawn) < 12_000  # The spike's height.


def test_a_wide_range_is_drawn_on_a_logarithmic_axis():
    curves = [chart.Curve("c", [0, 1, 2], [1.0, 10.0, 100.0])]
    drawn = chart.chart("t", "u", curves, logarithmic=True)
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", drawn.split('class="curve')[1])]
    assert heights == [181.8, 100.0, 18.2] and "u (logarithmic)" in drawn
    assert "logarithmic" not in chart.chart("t", "u", curves)


@pytest.mark.parametrize("values", [[math.nan], [math.inf, -math.inf], [3.0], [1e308, -1e308], [0.0, 0.0]])
def test_odd_numbers_make_a_chart(values):
    curve = chart.Curve("c", list(range(len(values))), values)
    drawn = chart.chart("t", "u", [curve], logarithmic=True)
    assert ("no finite number yet" in drawn) == (not any(abs(value) < 1e300 for value in values))
