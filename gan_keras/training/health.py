"""What the statistics of a tick say of the health of a game, in words; and whether it has collapsed.

Samples are judged at the ticks that drew a grid, numbers of the step at each. Everything here is a function of the
ticks so far, and of which of them drew a grid and were saved: where all of them do, a run that was killed and resumed
judges as it would have without.
"""

import base64
import dataclasses
import statistics
from typing import Any

import numpy as np

from gan_keras import objectives
from gan_keras.data.kinds import IMAGES
from gan_keras.metrics import diversity

# Chosen on trainings of all recipes, healthy ones and some with 50 times the learning rates from the middle on.
HEALTHY_GRIDS = 3  # After so many healthy ticks with a grid more, a checkpoint is good enough to go back to.
HISTORY = 5  # Ticks that a tick is compared with; grids that a grid is.
GROWN = 0.3  # Of the data's diversity: samples that never were as diverse cannot collapse.
COLLAPSED = 0.5  # Of the greatest diversity so far.
FALLEN = 0.85  # Of the greatest diversity so far, together with JUMP.
JUMP = 2.5  # How much more than usual the samples of the same latents change from a grid to the next.
LOW_GRIDS = 2  # Grids of COLLAPSED samples that are a collapse.
WON = 0.99  # Accuracy of D.
WON_TICKS = 3
EXPLODED = 100.0  # How much greater than usual a gradient norm is.
_THUMBNAIL = 8


@dataclasses.dataclass(frozen=True)
class Event:
    """Something worth saying.

    Attributes:
        images: real images shown.
        event: what was seen, a sentence.
        advice: what usually helps.
        is_collapse: whether the game is lost from here on.
    """

    images: int
    event: str
    advice: str
    is_collapse: bool = False


class Health:
    """Judges the ticks of a run.

    Args:
        objective: `Objective` of the game.
        real_groups: arrays of some real samples as the store has them; of a conditional game one for each row of the
            grid, with samples of that row's condition: a game may collapse within its classes.
        kind: `SampleKind` of the samples.
        state: what `state()` returned before, or None.

    Attributes:
        kept: name of the newest checkpoint that was still healthy three grids later, or None.
        protected: names of the checkpoints that may become it, and its own.
    """

    def __init__(self, objective, real_groups, kind=IMAGES, state=None):
        self._kind = kind
        self._loss = objective.loss
        self._has_threshold = objectives.LOSSES[objective.loss].threshold is not None
        self._real_spreads = [self._spread(group) if len(group) > 1 else 0.0 for group in real_groups]
        self._real_thumbnail_spread = self._spread(_thumbnails(np.concatenate(real_groups), kind)) or 1.0
        self._state: dict[str, Any] = {
            "kept": None,
            # For each healthy grid: the newest checkpoint from then until the next grid, too young to be kept, or None.
            "pending": [],
            "peak": 0.0,  # The greatest diversity so far.
            "changes": [],
            "norms": {"d_gradient_norm": [], "g_gradient_norm": []},
            "exploding_ticks": {"d_gradient_norm": 0, "g_gradient_norm": 0},
            "low_ticks": 0,  # With a grid.
            "won_ticks": 0,
            "thumbnails": None,
        } | (state or {})

    @property
    def kept(self):
        return self._state["kept"]

    @property
    def protected(self):
        return {name for name in (self.kept, *self._state["pending"]) if name}

    def keep(self, name):
        """Makes a checkpoint the one to go back to."""
        self._state |= {"kept": name, "pending": []}

    def saved(self, name):
        """Takes note that the state at the end of the newest tick becomes a checkpoint.

        It may be kept if the newest grid was healthy, and the ticks since.
        """
        if self._state["pending"]:
            self._state["pending"][-1] = name

    def state(self):
        """Returns a JSON-able dict from which another `Health` goes on."""
        return self._state

    def look(self, samples):
        """Returns what the grid of a tick tells, for its line of statistics.

        Args:
            samples: stored samples (N, …) of the same latents in every grid.

        Returns:
            `grid_diversity`: mean distance of two of them, of one condition, over that of two real samples;
            `grid_change`: mean distance to the grid before, in thumbnails, over the distance of two real samples; 0 at
            the first grid.
        """
        thumbnails = _thumbnails(samples, self._kind)
        before, self._state["thumbnails"] = self._state["thumbnails"], _packed(thumbnails)
        change = 0.0
        if before is not None:
            difference = self._floats(thumbnails) - self._floats(_unpacked(before, thumbnails))
            change = float(np.sqrt((difference**2).sum(axis=1)).mean() / self._real_thumbnail_spread)
        groups = zip(np.split(samples, len(self._real_spreads)), self._real_spreads, strict=True)
        ratios = [self._spread(group) / spread for group, spread in groups if spread > 0]
        return {"grid_diversity": float(np.mean(ratios)) if ratios else 1.0, "grid_change": change}

    def _spread(self, samples):
        """Returns the mean distance of two samples, in the units in which networks see them."""
        if self._kind.vocabulary:
            return diversity.spread(self._kind.to_float(samples), unit=1.0)
        return diversity.spread(samples)

    def _floats(self, samples):
        return self._kind.to_float(samples).reshape(len(samples), -1)

    def judge(self, record):
        """Returns the `Event`s of a tick; if its samples and gradients are healthy, its checkpoint may be kept later.

        A state that lasts is said once. That the discriminator has won is said, and no illness: samples may improve.

        Args:
            record: the line of statistics, with what `look` returned if the tick drew a grid.
        """
        has_grid = "grid_diversity" in record
        illnesses = [*(self._samples(record) if has_grid else ()), *self._gradients(record)]
        if illnesses or self._state["low_ticks"] or any(self._state["exploding_ticks"].values()):
            self._state["pending"] = []
        elif has_grid:
            self._state["pending"].append(None)
            if len(self._state["pending"]) > HEALTHY_GRIDS:
                self._state["kept"] = self._state["pending"].pop(0) or self.kept
        return [*illnesses, *self._discriminator(record)]

    def _samples(self, record):
        state, now, change = self._state, record["grid_diversity"], record["grid_change"]
        usual = statistics.median(state["changes"]) if len(state["changes"]) == HISTORY else None
        has_grown = state["peak"] >= GROWN
        state["low_ticks"] = state["low_ticks"] + 1 if has_grown and now < COLLAPSED * state["peak"] else 0
        fell = has_grown and usual and change > JUMP * usual and now < FALLEN * state["peak"]
        if fell:
            yield Event(
                record["images"],
                f"the samples have changed all at once: {change / usual:.1f} times as much as usual between two grids, "
                f"and their diversity fell from {state['peak']:.2f} to {now:.2f} of the data's",
                "lower --generator_learning_rate and --discriminator_learning_rate",
                is_collapse=True,
            )
        elif state["low_ticks"] in (1, LOW_GRIDS):
            yield Event(
                record["images"],
                f"samples are collapsing: two of them differ by {now:.2f} of what two real images differ by, after "
                f"{state['peak']:.2f} before",
                "lower --discriminator_learning_rate, use --augment=diffaugment, or a penalty such as --r1",
                is_collapse=state["low_ticks"] == LOW_GRIDS,
            )
        state["peak"] = max(state["peak"], min(now, 1.0))  # Noise is more diverse than images; to lose that is no harm.
        if change:
            state["changes"] = [*state["changes"], change][-HISTORY:]

    def _gradients(self, record):
        for name, network in (("d_gradient_norm", "discriminator"), ("g_gradient_norm", "generator")):
            norms, ticks = self._state["norms"][name], self._state["exploding_ticks"]
            usual = statistics.median(norms) if len(norms) == HISTORY else 0.0
            ticks[name] = ticks[name] + 1 if record[name] > EXPLODED * usual > 0 else 0
            if ticks[name] == 1:
                yield Event(
                    record["images"],
                    f"the gradients of the {network} are exploding: their norm is {record[name]:.3g}, after "
                    f"{usual:.3g} before",
                    f"lower --{network}_learning_rate, or use --precision=float32",
                )
            self._state["norms"][name] = [*norms, record[name]][-HISTORY:]

    def _discriminator(self, record):
        if self._loss == "wasserstein":
            return  # A critic that is far ahead is what this loss asks for.
        self._state["won_ticks"] = self._state["won_ticks"] + 1 if record["d_accuracy"] > WON else 0
        if self._state["won_ticks"] != WON_TICKS:
            return
        share = f"{record['d_accuracy']:.1%}"
        if self._has_threshold:
            seen = f"it tells {share} of the real and generated images apart"
        else:
            seen = (
                f"it gives the real image of a pair the higher logit in {share} of the pairs, by "
                f"{record['logit_gap']:.2g} on average (the logits themselves have no zero under this loss)"
            )
        yield Event(
            record["images"],
            f"the discriminator has won: {seen}",
            "if the samples no longer improve, lower --discriminator_learning_rate, raise a penalty such as --r1, or "
            "use --augment=ada",
        )


def _thumbnails(samples, kind):
    """Returns small samples of the same kind: of images the means of tiles, uint8 (N, 8, 8, C); texts as they are."""
    if kind.vocabulary:
        return samples
    count, height, width, channels = samples.shape
    tiles = np.asarray(samples, np.float32).reshape(
        count, _THUMBNAIL, height // _THUMBNAIL, _THUMBNAIL, width // _THUMBNAIL, channels
    )
    return tiles.mean(axis=(2, 4)).round().astype(np.uint8)


def _packed(thumbnails):
    return base64.b64encode(thumbnails.tobytes()).decode()


def _unpacked(text, like):
    return np.frombuffer(base64.b64decode(text), like.dtype).reshape(like.shape)
