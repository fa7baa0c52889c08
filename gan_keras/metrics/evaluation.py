"""One pass over generated samples, in which all metrics share what is drawn and what is computed of it."""

import contextlib
import dataclasses
import pathlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

import numpy as np
from tqdm import tqdm

from gan_keras import errors
from gan_keras.config import names
from gan_keras.data import conditions as data_conditions
from gan_keras.metrics import registry
from gan_keras.metrics import rows
from gan_keras.metrics.evidence import Evidence
from gan_keras.metrics.evidence import Finding
from gan_keras.metrics.evidence import Side
from gan_keras.metrics.features import Features
from gan_keras.metrics.features import Unavailable
from gan_keras.metrics.reference import Reference
from gan_keras.metrics.subjects import SEEDS_OF_A_REPEAT
from gan_keras.metrics.subjects import Subject
from gan_keras.metrics.texts import Unmeasurable
from gan_keras.runtime import files

_ASIDE, _LOCK = ".generated-", "lock"
_LEFTOVER_SECONDS = 600  # A younger folder may not be locked yet.


@dataclasses.dataclass(frozen=True)
class Measured:
    """The result of one metric on one kind of features.

    Attributes:
        record: dict that JSON can hold: the values and the whole protocol; see `evaluate`.
        pictures: uint8 (H, W, C) by name.
    """

    record: dict[str, Any]
    pictures: dict[str, np.ndarray]

    @property
    def value(self) -> float:
        """The metric's own number."""
        return next(iter(self.record["values"].values()))


def evaluate(
    subject: Subject,
    reference: Reference,
    metrics: Iterable[str],
    features: Iterable[str],
    load: Callable[[str], Features],
    *,
    train: Any = None,
    seed: int = 0,
    repeats: int = 1,
    progress: bool = True,
) -> list[Measured]:
    """Measures generated samples against real ones.

    Args:
        subject: what is measured.
        reference: the real samples.
        metrics: names of metrics; `registry.METRICS` has their protocols.
        features: names of the features that metrics on any features are measured on.
        load: function, name of features → `Features`. If it raises `Unavailable`, their metrics are skipped, and a line
            on standard error says so.
        train: stored training samples, for the metrics `nearest` and `novel`.
        seed: of sample seeds, of the conditions drawn and of the metrics' own choices.
        repeats: how often everything is drawn and measured, each time with other seeds.
        progress: whether a progress bar is shown.

    Returns:
        a `Measured` for each metric and kind of features, without metrics that are skipped; of one that raises
        `Unmeasurable`, a line on standard error says so. Its record has: metric, values (means over the repeats), std
        (over the repeats; None for one), features, resize, features_sha256 (None for pixels), generated, real and
        reference_*, seed, repeats, generator and further entries of the subject's origin, notes, and seconds (with its
        share of the drawing).

    Raises:
        UserError: unknown names, samples of another size than the real ones, or a metric that cannot be computed.
    """
    kind = reference.store.kind
    metrics = list(metrics)
    _expect_metrics_of(kind, metrics)
    if subject.shape != reference.samples.shape[1:]:
        raise errors.UserError(
            f"the samples are {_size(subject.shape)}, the real images {_size(reference.samples.shape[1:])}: compare "
            "them at one resolution and number of channels (--resolution)"
        )
    plans = [
        (metric, name)
        for metric in metrics
        for name in registry.features_of(metric, list(features), of_texts=kind.vocabulary is not None)
    ]
    networks = _load({name for _, name in plans if name}, load)
    plans = [(metric, name) for metric, name in plans if name is None or name in networks]
    if repeats > 1 and subject.count is not None and subject.count <= _most(plans, subject):
        raise errors.UserError(
            f"--repeats={repeats}: all of the {subject.count} samples are measured each time; leave it out"
        )
    real = _real(reference, networks, subject.condition)
    findings: dict[tuple[str, str | None], list[Finding]] = {plan: [] for plan in plans}
    seconds = dict.fromkeys(plans, 0.0)
    for repeat in range(repeats):
        if not findings:
            break
        draw = _Draw(subject, _most(plans, subject), real[None].conditions, seed, repeat)
        begun = time.monotonic()
        with draw.measured_by(networks, plans, reference.folder, progress) as fake:
            drawing = time.monotonic() - begun
            for metric, name in list(findings):
                begun = time.monotonic()
                evidence = Evidence(
                    real=real[name],
                    fake=_first(fake[name], registry.METRICS[metric].generated),
                    train=train,
                    kind=kind,
                    dataset=str(reference.protocol["reference_dataset"]),
                    seed=seed + repeat,
                    condition=subject.condition,
                    columns=networks[name].columns if name else (),
                )
                try:
                    findings[metric, name].append(registry.METRICS[metric].measure(evidence))
                except Unmeasurable as reason:
                    del findings[metric, name]
                    tqdm.write(f"skipped {metric}{_of_what(subject)}: {reason}", file=sys.stderr)
                    continue
                seconds[metric, name] += time.monotonic() - begun + drawing / len(plans)
    drawn = {"seed": seed, "repeats": repeats}
    return [
        Measured(
            _record(
                plan, found, subject, reference, networks.get(plan[1]), drawn | {"seconds": round(seconds[plan], 1)}
            ),
            found[0].pictures,
        )
        for plan, found in findings.items()
    ]


def _expect_metrics_of(kind, metrics):
    """Raises a UserError for metrics of another kind of samples."""
    of_images = {*names.METRICS} - {*names.TEXT_METRICS, "asked_class"}
    wrong = [metric for metric in metrics if metric in (of_images if kind.vocabulary else names.TEXT_METRICS)]
    if wrong:
        known = ["asked_class", *names.TEXT_METRICS] if kind.vocabulary else ["mind2k", "swd2k"]
        raise errors.UserError(f"{', '.join(wrong)}: not a metric of {kind.name}; expected some of {', '.join(known)}")


def _real(reference, networks, condition):
    """Returns the `Side` of the real samples by the name of the features, None for pixels."""
    conditions = condition and data_conditions.of_store(condition, reference.store)
    sides: dict[str | None, Side] = {None: Side(reference.samples, None, None, conditions)}
    for name, network in networks.items():
        features, logits = reference.features(network)
        sides[name] = Side(reference.samples, features, logits, conditions)
    return sides


def _load(wanted, load):
    networks = {}
    for name in sorted(wanted):
        try:
            networks[name] = load(name)
        except Unavailable as missing:
            print(f"skipped, what needs the features {name}: {missing}", file=sys.stderr)
    return networks


def _of_what(subject):
    """Returns which samples, of those that a program may measure one after the other."""
    for key, what in (("samples", ""), ("checkpoint", "checkpoint ")):
        if subject.origin.get(key):
            return f" of {what}{subject.origin[key]}"
    return ""


def _most(plans, subject):
    """Returns the number of samples that some metrics ask for, of those that there are."""
    return min([max([registry.METRICS[metric].generated for metric, _ in plans], default=0), subject.count or 10**9])


def _first(side, count):
    """Returns the first samples of a side of generated ones."""

    def cut(values):
        return None if values is None else values[:count]

    features = side.features and side.features.first(count)
    logits = side.logits and side.logits.first(count)
    return Side(cut(side.samples), features, logits, cut(side.conditions))


class _Draw:
    """The samples of one repeat: which seeds, under which conditions."""

    def __init__(self, subject, count, real_conditions, seed, repeat):
        self._subject, self.count = subject, count
        # A key of its own: metrics choose subsets by [seed, small numbers], which shall not follow this choice.
        generator = np.random.Generator(np.random.Philox(key=[seed, SEEDS_OF_A_REPEAT + repeat]))
        if subject.count is None:
            self._seeds = np.arange(count, dtype=np.int64) + (1000 * seed + repeat) * SEEDS_OF_A_REPEAT
        else:
            self._seeds = generator.permutation(subject.count)[:count]
        self.conditions = None
        if subject.condition:
            if real_conditions is None:
                self.conditions = subject.condition.of_seeds(self._seeds)
            else:  # As often as among the real samples, in another order.
                self.conditions = np.resize(generator.permutation(len(real_conditions)), count)
                self.conditions = real_conditions[self.conditions]

    @contextlib.contextmanager
    def measured_by(self, networks, plans, folder, progress):
        """Draws the samples and their features; yields a `Side` by the name of the features, None for pixels.

        Args:
            networks: `Features` by name.
            plans: (metric, name of features or None) pairs; of each network, and of pixels, as many samples are kept as
                its metrics ask for.
            folder: parent of the temporary folder that holds the features.
            progress: whether a progress bar is shown.
        """
        folder.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder)
        named = {self._subject.condition.name: self.conditions} if self._subject.condition else {}
        pixels, kept = _Taken(_most([plan for plan in plans if plan[1] is None], self._subject)), []
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=folder) as aside, contextlib.ExitStack() as stack:
            stack.enter_context(files.Lock(pathlib.Path(aside) / _LOCK, busy="measuring"))
            writers = {
                name: [stack.enter_context(rows.Writer(f"{aside}/{index}.{part}")) for part in ("features", "logits")]
                for index, name in enumerate(networks)
            }
            taken = {
                name: _Taken(_most([plan for plan in plans if plan[1] == name], self._subject)) for name in networks
            }
            bar = stack.enter_context(tqdm(total=self.count, desc="generated", unit=" samples", disable=not progress))
            for batch in self._subject.batches(self._seeds, named):
                kept.append(pixels.of(batch))
                for name, (features, logits) in writers.items():
                    some = taken[name].of(batch)
                    if len(some):
                        found, classes = networks[name].extract(some)
                        features.append(found)
                        if classes is not None:
                            logits.append(classes)
                bar.update(len(batch))
            samples = np.concatenate(kept)
            sides = {
                name: Side(samples, features.rows(), logits.rows() if logits.width else None, self.conditions)
                for name, (features, logits) in writers.items()
            }
            yield {None: Side(samples, None, None, self.conditions)} | sides


def _remove_leftovers(folder):
    """Deletes what killed processes have left of their samples: folders whose lock nobody holds."""
    for path in folder.glob(f"{_ASIDE}*"):
        with contextlib.suppress(errors.UserError, OSError):
            if time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS:
                with files.Lock(path / _LOCK, busy="measuring"):
                    shutil.rmtree(path, ignore_errors=True)


class _Taken:
    """Takes the first samples of consecutive batches, so many in all."""

    def __init__(self, count):
        self._left = count

    def of(self, batch):
        some = batch[: self._left]
        self._left -= len(some)
        return some


def _record(plan, findings, subject, reference, network, drawn):
    metric, _ = plan
    keys = findings[0].values.keys()
    table = {key: [finding.values[key] for finding in findings] for key in keys}
    notes = list(dict.fromkeys(note for finding in findings for note in finding.notes))
    asked = registry.METRICS[metric].generated
    generated = _most([plan], subject)
    if generated < asked:
        notes.insert(0, f"{generated} samples instead of the {asked} of the protocol: there are no more")
    return {
        "metric": metric,
        "values": {key: float(np.mean(values)) for key, values in table.items()},
        "std": {key: float(np.std(values, ddof=1)) for key, values in table.items()} if len(findings) > 1 else None,
        **(network.protocol if network else {"features": None, "resize": None, "features_sha256": None}),
        **reference.protocol,
        "generated": generated,
        **drawn,
        **subject.origin,
        "notes": notes,
    }


def _size(shape):
    return " × ".join(map(str, shape))
