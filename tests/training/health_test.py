"""Made-up ticks and trajectories of real trainings: what is said of them, and which checkpoint is kept."""

import dataclasses
import json
import re

import numpy as np
import pytest

from gan_keras import objectives
from gan_keras.config import fields
from gan_keras.config import names
from gan_keras.config import schema
from gan_keras.metrics import diversity
from gan_keras.training import health

TICK = 40  # Images.
RELATIVISTIC = ("relativistic_average", "relativistic_pairing")
# Of black and white images, 16 × 16 × 1: their distance is 16 · 2, that of their thumbnails 8 · 2.
REAL = np.stack([np.zeros((16, 16, 1), np.uint8), np.full((16, 16, 1), 255, np.uint8)])

# Diversity of the grid and its changes, tick by tick, of real trainings.
CHANGES = [0.0, 0.18, 0.32, 0.28, 0.34, 0.27, 0.25, 0.25, 0.24, 0.2, 0.2, 0.18, 0.17]
FIRST = [0.01, 0.16, 0.36, 0.43, 0.56, 0.64, 0.66, 0.7, 0.74, 0.79, 0.82, 0.85, 0.88]
THIRD = [0.01, 0.19, 0.18, 0.18, 0.19, 0.24, 0.35, 0.5, 0.6, 0.65, 0.69, 0.71, 0.73]
HEALTHY = [
    FIRST,
    [0.16, 0.11, 0.1, 0.1, 0.24, 0.46, 0.57, 0.6, 0.65, 0.67, 0.69],
    THIRD,
    [0.01, 0.48, 0.62, 0.71, 0.79, 0.87, 0.92, 0.94, 0.95, 0.95, 0.96],
]
# The same two, with 50 times the learning rates from tick 13 on.
COLLAPSED = [
    (FIRST + [0.61, 0.72, 0.85], CHANGES + [0.62, 0.33, 0.33]),
    (THIRD + [0.53, 0.67], CHANGES[:7] + [0.12, 0.09, 0.08, 0.08, 0.09, 0.09] + [0.54, 0.37]),
]


def judge_of(loss="non_saturating", real=REAL, state=None):
    return health.Health(objectives.Objective(loss=loss), [real], state=state)


def record(tick, diversity=0.8, change=0.2, d_norm=1.0, g_norm=1.0, accuracy=0.7, gap=1.0):
    """Returns the line of statistics of a tick, of a game in good health by default."""
    return {
        "images": TICK * tick,
        "grid_diversity": diversity,
        "grid_change": change,
        "d_gradient_norm": d_norm,
        "g_gradient_norm": g_norm,
        "d_accuracy": accuracy,
        "logit_gap": gap,
    }


def judged(judge, ticks, first=1):
    """Returns the events of ticks, dicts of what differs from good health, as (tick, `Event`); all are saved."""
    return [(tick, event) for tick, values in enumerate(ticks, first) for event in events_of(judge, tick, **values)]


def events_of(judge, tick, **values):
    """Returns the events of a tick that has a checkpoint."""
    events = judge.judge(record(tick, **values))
    judge.saved(f"{TICK * tick:09d}")
    return events


def of_real(diversities, changes):
    """Returns the ticks of a real training."""
    return [
        {"diversity": diversity, "change": change}
        for diversity, change in zip(diversities, changes[: len(diversities)], strict=True)
    ]


def told(events):
    """Returns (tick, first words, whether the game is lost) of each event."""
    return [(tick, " ".join(event.event.split()[:4]), event.is_collapse) for tick, event in events]


def names_of(ticks):
    return {f"{TICK * tick:09d}" for tick in ticks}


def test_of_healthy_ticks_nothing_is_said_and_the_checkpoint_of_three_ticks_before_is_kept():
    judge = judge_of()
    for tick in range(1, 9):
        assert events_of(judge, tick) == []
        assert judge.kept == (f"{TICK * (tick - 3):09d}" if tick > 3 else None)
        assert judge.protected == names_of(range(max(1, tick - 3), tick + 1))


def test_a_game_that_is_lost_before_it_was_healthy_goes_back_to_what_it_was_told_to_keep():
    judge = judge_of()
    events_of(judge, 1)
    judge.keep("000000000")
    assert (judge.kept, judge.protected) == ("000000000", {"000000000"})
    judged(judge, [{}] * 3, first=2)
    assert judge.kept == "000000000" and judge.protected == {"000000000"} | names_of((2, 3, 4))
    events_of(judge, 5)
    assert judge.kept == "000000080"


def without_grid(tick, **values):
    """Returns the line of statistics of a tick that drew no grid."""
    return {name: value for name, value in record(tick, **values).items() if not name.startswith("grid_")}


def test_only_checkpoints_that_were_made_are_kept_and_their_age_counts_in_grids():
    """A grid every second tick, a checkpoint at the ticks 3, 4, 9 and 13."""
    judge = judge_of()
    kept, protected = {}, {}
    for tick in range(1, 21):
        assert judge.judge(without_grid(tick) if tick % 2 else record(tick)) == []
        if tick in (3, 4, 9, 13):
            judge.saved(f"{TICK * tick:09d}")
        kept[tick], protected[tick] = judge.kept, judge.protected
    # Of the two after the grids of ticks 2 and 4, that of tick 2 is the first to have seen three more.
    assert [kept[tick] for tick in (7, 8, 10, 13, 14)] == [None, "000000120", "000000160", "000000160", "000000360"]
    assert (kept[17], kept[18], kept[20]) == ("000000360", "000000520", "000000520")
    assert protected[2] == set() and protected[3] == names_of([3]) and protected[7] == names_of([3, 4])
    assert protected[20] == names_of([13])


def test_of_several_checkpoints_between_two_grids_the_newest_may_be_kept():
    judge = judge_of()
    judge.judge(record(1))
    for tick in (1, 2, 3):
        judge.saved(f"{TICK * tick:09d}")
        assert judge.protected == names_of([tick])
    for tick in (4, 5, 6):
        judge.judge(record(tick))
    assert judge.kept == f"{TICK * 3:09d}"


def test_a_checkpoint_before_the_first_grid_or_after_a_sick_tick_is_none_to_go_back_to():
    judge = judge_of()
    judge.judge(without_grid(1))
    judge.saved("000000040")
    assert judge.protected == set()
    judged(judge, [{}] * 5, first=2)
    judge.judge(without_grid(7, d_norm=1e6))
    judge.saved("000000280")
    assert judge.protected == {judge.kept} == names_of([3])


def test_without_a_grid_the_numbers_of_the_step_are_judged_and_the_samples_are_not():
    judge = judge_of()
    judged(judge, [{}] * 5)
    assert judge.judge(without_grid(6, accuracy=1.0)) == judge.judge(without_grid(7, accuracy=1.0)) == []
    events = judge.judge(without_grid(8, accuracy=1.0, d_norm=101.0))
    assert [event.event.split(":")[0] for event in events] == [
        "the gradients of the discriminator are exploding",
        "the discriminator has won",
    ]
    # Between two low grids, a tick without one changes nothing.
    judge.judge(record(9, diversity=0.3))
    assert judge.judge(without_grid(10)) == []
    (collapse,) = judge.judge(record(11, diversity=0.3))
    assert collapse.is_collapse


def test_half_the_diversity_is_a_warning_at_first_and_a_collapse_at_the_second_tick():
    judge = judge_of()
    events = judged(judge, [{}] * 4 + [{"diversity": 0.39}, {"diversity": 0.39}, {"diversity": 0.39}])
    assert told(events) == [(5, "samples are collapsing: two", False), (6, "samples are collapsing: two", True)]
    assert events[0][1] == health.Event(
        200,
        "samples are collapsing: two of them differ by 0.39 of what two real images differ by, after 0.80 before",
        events[0][1].advice,
    )


def test_not_quite_half_the_diversity_is_none():
    assert judged(judge_of(), [{}] * 4 + [{"diversity": 0.41}] * 4) == []


def test_samples_that_recover_after_a_tick_have_not_collapsed_and_a_later_fall_is_said_again():
    low = {"diversity": 0.3}
    events = judged(judge_of(), [{}] * 4 + [low, {}, low, {}])
    assert [(tick, event.is_collapse) for tick, event in events] == [(5, False), (7, False)]


def test_no_checkpoint_of_a_sick_tick_nor_one_just_before_is_kept():
    judge = judge_of()
    judged(judge, [{}] * 6 + [{"diversity": 0.3}] * 4)
    assert judge.kept == "000000120" and judge.protected == {"000000120"}
    judged(judge, [{}] * 3, first=11)
    assert judge.kept == "000000120" and judge.protected == {"000000120"} | names_of((11, 12, 13))
    events_of(judge, 14)
    assert judge.kept == f"{11 * TICK:09d}"


def test_a_sudden_change_with_less_diversity_is_a_collapse_at_once():
    usual = [{"change": change} for change in (0.0, 0.1, 0.3, 0.2, 0.2, 0.2)]  # The first tick has none before it.
    ((tick, event),) = judged(judge_of(), [*usual, {"change": 0.52, "diversity": 0.67}])
    assert tick == 7 and event.is_collapse
    assert event.event == (
        "the samples have changed all at once: 2.6 times as much as usual between two grids, and their diversity "
        "fell from 0.80 to 0.67 of the data's"
    )


@pytest.mark.parametrize(
    "ticks, last",
    [
        (6, {"change": 0.49, "diversity": 0.67}),  # No 2.5 times the change.
        (6, {"change": 0.51, "diversity": 0.69}),  # More than 85 % of the diversity.
        (5, {"change": 0.51, "diversity": 0.67}),  # Four changes: too few to know what is usual.
    ],
)
def test_a_lesser_change_is_none(ticks, last):
    assert judged(judge_of(), [{"change": 0.0}] + [{}] * (ticks - 1) + [last]) == []


def test_samples_that_were_never_diverse_do_not_collapse():
    ticks = [{"diversity": value, "change": 1.0} for value in (0.29, 0.01, 0.01, 0.02, 0.01, 0.01)]
    assert judged(judge_of(), [*ticks, {"diversity": 0.01, "change": 9.0}]) == []
    # From 0.30 on they can.
    assert len(judged(judge_of(), [{"diversity": 0.3}, {"diversity": 0.1}, {"diversity": 0.1}])) == 2


@pytest.mark.parametrize("diversities", HEALTHY)
def test_real_trainings_that_went_well_are_healthy(diversities):
    ticks = of_real(diversities, CHANGES)
    judge = judge_of()
    assert judged(judge, ticks) == []
    assert judge.kept == f"{TICK * (len(ticks) - 3):09d}"


@pytest.mark.parametrize("diversities, changes", COLLAPSED)
def test_real_trainings_that_collapsed_are_found_within_three_ticks(diversities, changes):
    ticks = of_real(diversities, changes)
    judge = judge_of()
    collapses = [tick for tick, event in judged(judge, ticks) if event.is_collapse]
    assert collapses and 13 < collapses[0] <= 16
    assert judge.kept <= f"{TICK * 13:09d}"  # Made before the learning rates were raised.


def test_a_discriminator_that_has_won_is_said_once_and_is_no_illness():
    judge = judge_of()
    ((tick, event),) = judged(judge, [{"accuracy": 0.991}] * 8)
    assert (tick, event.is_collapse) == (3, False)
    assert event.event == "the discriminator has won: it tells 99.1% of the real and generated images apart"
    assert judge.kept == "000000200"


def test_a_discriminator_has_to_win_three_ticks_in_a_row():
    won, not_won = {"accuracy": 0.995}, {"accuracy": 0.99}
    events = judged(judge_of(), [won, won, not_won, won, won, won, won, not_won, won, won, won])
    assert [tick for tick, _ in events] == [6, 11]


@pytest.mark.parametrize("loss", names.LOSSES)
def test_what_a_win_means_is_said_in_the_terms_of_the_loss(loss):
    events = judged(judge_of(loss), [{"accuracy": 0.995, "gap": 12.345}] * 4)
    if loss == "wasserstein":
        assert events == []
        return
    ((_, event),) = events
    of_pairs = (
        "it gives the real image of a pair the higher logit in 99.5% of the pairs, by 12 on average (the logits "
        "themselves have no zero under this loss)"
    )
    of_images = "it tells 99.5% of the real and generated images apart"
    assert event.event == f"the discriminator has won: {of_pairs if loss in RELATIVISTIC else of_images}"


@pytest.mark.parametrize("norm, network", [("d_norm", "discriminator"), ("g_norm", "generator")])
def test_exploding_gradients_are_said_once_with_the_name_of_the_network(norm, network):
    judge = judge_of()
    usual = [{norm: value} for value in (1, 2, 3, 2, 2)]
    events = judged(judge, [*usual, {norm: 201.0}, {norm: 300.0}, {norm: 400.0}])
    ((tick, event),) = events
    assert tick == 6 and not event.is_collapse
    assert event.event == f"the gradients of the {network} are exploding: their norm is 201, after 2 before"
    assert f"--{network}_learning_rate" in event.advice
    # As long as they explode, no checkpoint is a healthy one.
    assert judge.protected == names_of([2]) == {judge.kept}
    assert judged(judge, [{}] * 4, first=9) == [] and judge.kept == f"{9 * TICK:09d}"
    assert len(judged(judge, [{norm: 3e4}], first=13)) == 1  # After they had calmed down, it is said again.


@pytest.mark.parametrize(
    "norms",
    [
        [2.0] * 5 + [200.0],  # Exactly 100 times.
        [2.0] * 4 + [1e6],  # Too few to know what is usual.
        [0.0] * 5 + [1e6],  # Of nothing, there is no hundredfold.
    ],
)
def test_lesser_gradients_do_not_explode(norms):
    assert judged(judge_of(), [{"d_norm": norm} for norm in norms]) == []


def test_all_that_a_tick_shows_is_said_samples_first():
    sick = {"diversity": 0.1, "d_norm": 1e4, "g_norm": 1e4, "accuracy": 1.0}
    events = judged(judge_of(), [{}] * 3 + [{"accuracy": 1.0}] * 2 + [sick])
    assert told(events) == [
        (6, "samples are collapsing: two", False),
        (6, "the gradients of the", False),
        (6, "the gradients of the", False),
        (6, "the discriminator has won:", False),
    ]
    assert [event.event.split()[4] for _, event in events[1:3]] == ["discriminator", "generator"]


def test_every_advice_names_flags_that_exist_with_values_that_they_take():
    sick = {"diversity": 0.1, "d_norm": 1e4, "g_norm": 1e4, "accuracy": 1.0}
    sudden = {"diversity": 0.6, "change": 1.0}
    events = judged(judge_of(), [{"accuracy": 1.0}] * 6 + [sudden, sick])
    assert len(events) == 5
    settings = {field.name: field for _, field in schema.leaves()}
    for _, event in events:
        flags = re.findall(r"--(\w+)(?:=(\w+))?", event.advice)
        assert flags, event
        for name, value in flags:
            assert name in settings, event
            if value:
                assert fields.check(settings[name], value) == value


def random_ticks(rng, count):
    """Returns ticks among which everything that can be said is likely, with grids that fit none of it."""
    modes = rng.integers(0, 6, count) * (rng.random(count) < 0.5)
    return [
        (
            rng.integers(0, 256, (2, 16, 16, 1), np.uint8) // rng.choice([1, 2, 8]),
            {
                "diversity": float(rng.uniform(0.7, 0.9) * (0.3 if mode == 1 else 0.8 if mode == 2 else 1)),
                "change": float(rng.uniform(0.1, 0.2) * (5 if mode == 2 else 1)),
                "d_norm": float(rng.uniform(1, 2) * (1e3 if mode == 3 else 1)),
                "g_norm": float(rng.uniform(1, 2) * (1e3 if mode == 4 else 1)),
                "accuracy": float(rng.choice([0.6, 1.0], p=[0.2, 0.8])),
            },
        )
        for mode in modes
    ]


def seen(judge, tick, samples, values):
    """Returns all that can be seen of a judge at a tick."""
    looked = judge.look(samples)
    return looked, events_of(judge, tick, **values), judge.kept, judge.protected


def test_resumed_after_any_tick_it_sees_and_says_the_same():
    found, differences = set(), 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        whole, resumed, forgetful = judge_of(), judge_of(), judge_of()
        for tick, (samples, values) in enumerate(random_ticks(rng, 30), 1):
            expected = seen(whole, tick, samples, values)
            assert seen(resumed, tick, samples, values) == expected
            differences += seen(forgetful, tick, samples, values) != expected
            found |= {(event.event[:30], event.is_collapse) for event in expected[1]}
            if rng.random() < 0.3:
                resumed = judge_of(state=json.loads(json.dumps(resumed.state())))
                forgetful = judge_of()
    # The check can fail: there is much to be said, and a judge that forgets says something else.
    assert len(found) == 6 and differences > 100


def test_whatever_is_seen_stays_finite():
    """Nothing is divided by zero: warnings are errors, and what JSON cannot hold is refused."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        judge = judge_of(rng.choice(names.LOSSES))
        for tick in range(1, 15):
            columns = ("diversity", "change", "d_norm", "g_norm", "accuracy", "gap")
            values = dict(zip(columns, rng.choice([0.0, 1e-30, 0.5, 1.0, 1e30], len(columns)), strict=True))
            for event in events_of(judge, tick, **values):
                assert not re.search(r"\b(nan|inf)\b", json.dumps(dataclasses.asdict(event), allow_nan=False))
        json.dumps(judge.state(), allow_nan=False)


def test_two_looks_at_the_same_grid_by_hand():
    """Grays of 0 and 51 differ by 51 / 127.5 = 0.4 in each pixel: a fifth of black and white."""
    grid = np.stack([np.zeros((16, 16, 1), np.uint8), np.full((16, 16, 1), 51, np.uint8)])
    judge = judge_of()
    assert diversity.spread(REAL) == 32
    assert judge.look(grid) == {"grid_diversity": pytest.approx(0.2), "grid_change": 0.0}
    assert judge.look(grid) == {"grid_diversity": pytest.approx(0.2), "grid_change": 0.0}
    # One image changes by a tenth of black and white, the other not at all.
    grid[0] += 26
    assert judge.look(grid) == {
        "grid_diversity": pytest.approx(0.5 * 25 / 127.5),
        "grid_change": pytest.approx(0.25 * 26 / 127.5),
    }


def test_three_samples_by_hand():
    """Levels 0, 0 and 255: two of the three pairs are as far apart as black and white."""
    assert judge_of().look(REAL[[0, 0, 1]])["grid_diversity"] == pytest.approx(2 / 3)


def test_what_only_the_finest_pixels_show_is_no_change():
    judge = judge_of()
    checkers = np.indices((16, 16)).sum(axis=0)[None, ..., None] % 2
    pair = np.concatenate([100 + 50 * checkers, 100 + 50 * (1 - checkers)]).astype(np.uint8)
    judge.look(pair)
    assert judge.look(pair[::-1])["grid_change"] == 0


def test_images_of_several_colors_and_sides_are_looked_at():
    for shape in ((32, 32, 3), (8, 8, 1)):
        real = np.random.default_rng(0).integers(0, 256, (9, *shape), np.uint8)
        judge = judge_of(real=real)
        assert judge.look(real) == {"grid_diversity": pytest.approx(1), "grid_change": 0.0}
        assert 0.5 < judge.look(real[::-1])["grid_change"] < 1.5


def test_equal_real_images_divide_nothing_by_zero():
    judge = judge_of(real=REAL[[0, 0, 0]])
    assert judge.look(REAL) == {"grid_diversity": 1.0, "grid_change": 0.0}
    assert judge.look(REAL[::-1]) == {"grid_diversity": 1.0, "grid_change": 16.0}


def test_to_lose_the_diversity_of_noise_is_no_collapse():
    judge = judge_of()
    assert judged(judge, [{"diversity": value} for value in (1.9, 1.5, 1.2, 0.95, 0.94, 0.93)]) == []
    (first, second) = judged(judge, [{"diversity": 0.45}] * 2, first=7)
    assert not first[1].is_collapse and second[1].is_collapse


def test_one_image_for_each_condition_is_no_diversity():
    images = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 3), np.uint8)
    judge = health.Health(objectives.Objective(), [images[:32], images[32:]])
    collapsed = np.concatenate([np.repeat(images[:1], 8, axis=0), np.repeat(images[40:41], 8, axis=0)])
    assert judge.look(collapsed)["grid_diversity"] == 0.0
    assert judge.look(np.concatenate([images[:8], images[40:48]]))["grid_diversity"] == pytest.approx(1.0, abs=0.02)
