"""What scripts/evaluate.py does: measures a run, an exported model or samples, and says and writes what came out."""

import itertools
import pathlib
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from gan_keras import errors
from gan_keras.config import names
from gan_keras.config import schema
from gan_keras.data import images
from gan_keras.metrics import features as feature_networks
from gan_keras.metrics import registry
from gan_keras.metrics import results
from gan_keras.metrics import sample_files
from gan_keras.metrics import self_check as checks
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
from gan_keras.metrics.evaluator import default_metric
from gan_keras.metrics.texts import rivals as text_rivals
from gan_keras.metrics.texts import subjects as text_subjects
from gan_keras.runs import checkpoint as checkpoints
from gan_keras.runs import run as runs
from gan_keras.training import report


def of_run(
    run_dir: str,
    data: dict[str, Any],
    choice: dict[str, Any],
    *,
    checkpoint: str | None = None,
    generator: str = "ema",
    output: str | None = None,
    **options: Any,
) -> int:
    """Measures checkpoints of a run; adds to its `metrics.jsonl`, and renews its report.

    Args:
        run_dir: folder of the run.
        data: settings of the `data` section that differ from the run's.
        choice: fields of `Choice` by the names of their flags.
        checkpoint: `best`, `last`, `all`, or the name or path of one; None: the best if there is one, else the last;
            all for a run that keeps more than the default.
        generator: `"ema"` or `"raw"`.
        output: path of the file that gets the results; None: `metrics.jsonl` of the run.
        **options: as for `of_samples`.

    Returns:
        as `of_samples`.

    Raises:
        UserError: as `of_samples`, or there is no such checkpoint.
    """
    run = runs.open_run(run_dir)
    path = pathlib.Path(output) if output else run.path / results.NAME
    _check(choice, path, run.condition, **options)
    evaluator = _evaluator(run.config.data, data, choice, options)
    if checkpoint is None and run.config.training.keep_checkpoints > schema.Training().keep_checkpoints:
        checkpoint = "all"
    chosen = [checkpoint]
    if checkpoint == "all":
        best = [checkpoints.BEST] if (run.checkpoints / checkpoints.BEST).is_dir() else []
        chosen = [*checkpoints.names(run.checkpoints), *best] or ["last"]
    table = _rivals(evaluator, None, **options)
    found, news = [], False
    for name in chosen:
        subject = subjects.of_checkpoint(run, name, generator)
        subject.origin["rollbacks"] = _rollbacks(run.checkpoint(name))
        known = results.read(path) if checkpoint == "all" else []
        records, is_new = _measure(evaluator, subject, path, known, run.path, **options)
        found, news = found + records, news or is_new
        if table:
            table.add("generated" if len(chosen) == 1 else subject.origin["checkpoint"], subject, records)
    if not news:
        print(f"all checkpoints of {run.path} were measured so before", file=sys.stderr)
    report.write(run.path)
    return _end(found, table)


def _rollbacks(folder):
    """Returns how often the run of a checkpoint had gone back: the state after as many images is another one then."""
    with np.load(folder / "training_state.npz", allow_pickle=False) as stored:
        return next((int(stored[name]) for name in stored.files if name.endswith("rollbacks")), 0)


def of_model(path: str, data: dict[str, Any], choice: dict[str, Any], output: str | None = None, **options: Any) -> int:
    """Measures an exported model, by default against the test images of the data set that it learned.

    Args, Returns: as for `of_samples`.

    Raises:
        UserError: as `of_samples`, or there is no exported model.
    """
    from gan_keras.exporting.exported import ExportedGenerator

    exported = ExportedGenerator(path)
    output = output or results.NAME
    _check(choice, output, exported.condition, **options)
    learned = exported.description["metadata"].get("config", {}).get("data")
    if learned is None and "dataset" not in data:
        raise errors.UserError(
            f"'{exported.folder}' does not say which images it learned: name a data set with --dataset"
        )
    kept = {name: value for name, value in (learned or {}).items() if name not in ("labels", "label_encoding")}
    evaluator = _evaluator(schema.Data(**kept) if learned else None, data, choice, options)
    return _measure_alone(evaluator, subjects.Exported(exported), pathlib.Path(output), **options)


def of_samples(
    path: str, data: dict[str, Any], choice: dict[str, Any], output: str | None = None, **options: Any
) -> int:
    """Measures images or texts that exist already.

    Args:
        path: a folder of images, a `.npy` or a `.npz` file; or a `.txt` file with a text in a line.
        data: settings of the `data` section: which real samples, and how they are prepared.
        choice: fields of `Choice` by the names of their flags.
        output: path of the file that gets the results; None: `metrics.jsonl` in the current folder.
        **options: `metrics` and `features`, lists of names, or None for those that suit the data set; `split`; `seed`;
            `repeats`; `rivals`, whether texts are put beside real ones and those of n-gram models.

    Returns:
        1 if nothing could be measured, because all metrics were skipped, as a line on standard error says of each;
        else 0.

    Raises:
        UserError: unknown names, choices without effect, images that cannot be read or compared, a metric that cannot
            be computed, or an output that cannot be written.
    """
    if "dataset" not in data:
        raise errors.UserError("--samples needs --dataset: the real images to compare with")
    output = output or results.NAME
    _check(choice, output, None, **options)
    if path.endswith(".txt"):
        evaluator = _evaluator(None, data, choice, options)
        subject = text_subjects.Lines(path, evaluator.reference.store)
    else:
        subject = sample_files.Samples(path)
        evaluator = _evaluator(None, {"resolution": subject.shape[0]} | data, choice, options)
    return _measure_alone(evaluator, subject, pathlib.Path(output), **options)


def self_check(data: dict[str, Any], choice: dict[str, Any]) -> int:
    """Compares the whole path of FID and KID with published values on CIFAR-10; returns 1 if one is missed."""
    return checks.main(data, _choice(choice))


def _check(choice, output, condition, *, metrics, features, rivals, **_):
    """Refuses what cannot be, or would have no effect, before anything is prepared, drawn or computed."""
    for metric in metrics or ():
        errors.expect_one_of(metric, names.METRICS, "metric")
    for name in features or ():
        feature_networks.check(name)
    if condition is None and "asked_class" in (metrics or ()):
        raise errors.UserError(
            "asked_class needs a conditional generator, which is asked for classes: leave the metric out, or measure a "
            "run or an export that was trained with --labels"
        )
    if rivals and metrics and set(metrics) <= set(text_rivals.OTHERS):
        raise errors.UserError(
            f"--rivals has no effect with --metrics={','.join(metrics)}: rivals are not asked for classes; leave it "
            "out, or add a metric of texts, such as js4"
        )
    compared = set(features or ())
    if metrics:
        compared = {name for metric in metrics for name in registry.features_of(metric, list(features or ()))}
    unused = [name for name in features or () if name not in compared]
    if unused:
        raise errors.UserError(
            f"--features={','.join(unused)} has no effect: no such features are compared by {', '.join(metrics)}; "
            "leave it out, or choose other --metrics, such as mind2k"
        )
    kinds = {name.partition(":")[0] for name in compared if name}
    for name in choice:
        if name == "inception_weights" and "inception" not in kinds:
            raise errors.UserError(f"--{name} has no effect: it needs the features of Inception, --features=inception")
        if name != "inception_weights" and kinds <= set(names.FEATURES):
            raise errors.UserError(f"--{name} has no effect: it needs --features=PATH, the path of a model")
    _check_output(pathlib.Path(output))


def _check_output(path):
    """Refuses a file that results cannot be added to: the others of its lines would be lost."""
    if not path.parent.is_dir():
        raise errors.UserError(f"output {path}: there is no folder '{path.parent}'; make it, or name another file")
    if path.is_dir():
        raise errors.UserError(f"output {path}: it is a folder; name a file")
    try:
        lines = path.read_text().splitlines() if path.exists() else []
        holds_others = len(results.read(path)) < len(lines) - 1  # The last line may be torn.
    except UnicodeDecodeError:
        holds_others = True
    if holds_others:
        raise errors.UserError(f"output {path}: it holds other things than results; name another file with --output")


def _evaluator(learned: schema.Data | None, data, choice, options) -> Evaluator:
    """Returns the `Evaluator` of the images that were learned, if that is known, with what the user changes.

    Raises:
        UserError: another crop of the same data set, whose distance would be that of the crops.
    """
    values = {}
    if learned and data.get("dataset", learned.dataset) == learned.dataset:
        values = schema.as_values(learned)
        for name in ("crop", "resolution", "length", "vocabulary", "holdout"):
            if data.get(name, values[name]) != values[name]:
                theirs = "the whole images" if values[name] is None else f"{name} {values[name]}"
                why = f"images of another {name} differ from its samples whatever it draws"
                if name == "holdout":
                    why = "with another share, test images may be among those that it learned"
                raise errors.UserError(
                    f"--{name}={data[name]}: the generator learned {theirs} of {learned.dataset}, and {why}: leave out "
                    f"--{name}"
                )
    settings = schema.Data(**values | {"labels": None, "label_encoding": None} | data)
    return Evaluator(settings, _choice(choice), options["split"])


def _choice(values):
    fields = {
        "features_size": "size",
        "features_range": "value_range",
        "features_output": "output",
        "inception_weights": "inception_weights",
    }
    return feature_networks.Choice(**{fields[name]: value for name, value in values.items()})


def _rivals(evaluator, count, *, seed, rivals, **_):
    """Returns the table of rivals, of a number of generated texts or None; None if nobody asks for it."""
    if not rivals:
        return None
    if not evaluator.reference.store.kind.vocabulary:
        raise errors.UserError("--rivals has no effect: only texts have such; leave it out")
    return text_rivals.Table(evaluator, count, seed)


def _measure_alone(evaluator, subject, path, **options):
    """Measures one subject as `_measure` does, also beside its rivals; returns the exit status."""
    table = _rivals(evaluator, subject.count, **options)
    records, _ = _measure(evaluator, subject, path, [], None, **options)
    if table:
        table.add("generated", subject, records)
    return _end(records, table)


def _measure(
    evaluator: Evaluator,
    subject: subjects.Subject,
    path: pathlib.Path,
    known: list[dict[str, Any]],
    pictures: pathlib.Path | None,
    *,
    metrics: Iterable[str] | None,
    features: Iterable[str] | None,
    seed: int,
    repeats: int,
    **_: Any,
) -> tuple[list[dict[str, Any]], bool]:
    """Measures one subject, prints the table, and writes the results.

    Returns:
        the records, with those that were known; and whether anything was not known.
    """
    suitable, their_features = evaluator.defaults()
    if features and evaluator.reference.store.kind.vocabulary:
        raise errors.UserError("--features has no effect: texts are compared by themselves; leave it out")
    if features and not metrics:
        metrics = [default_metric(evaluator.reference.store, name)[0] for name in features]
    chosen = list(dict.fromkeys(features or [their_features or "classifier"]))
    protocol = {"seed": seed, "repeats": repeats, **evaluator.reference.protocol, **subject.origin}
    older = {
        metric: _known(metric, chosen, protocol, known, evaluator) for metric in dict.fromkeys(metrics or [suitable])
    }
    wanted = [metric for metric, records in older.items() if not records]
    measured = evaluator.measure(subject, wanted, chosen, seed, repeats) if wanted else []
    records = [each.record for each in measured]
    if measured:
        print(results.table(records))
        results.add(path, records)
    for each in measured:
        for name, picture in each.pictures.items():
            place = (pictures or path.parent) / f"{name}.png"
            images.write_png(place, picture)
            print(f"wrote {place}")
    return [*itertools.chain(*older.values()), *records], bool(wanted)


def _known(metric, chosen, protocol, known, evaluator):
    """Returns the records of a metric by a protocol on all of the chosen features, by the same networks, or none."""
    if not known:
        return []
    of_texts = bool(evaluator.reference.store.kind.vocabulary)
    try:
        networks = [evaluator.load(name) if name else None for name in registry.features_of(metric, chosen, of_texts)]
    except feature_networks.Unavailable:
        return []  # That is said where it is measured.
    protocols = [protocol | {"metric": metric} | (network.protocol if network else {}) for network in networks]
    found = [next((record for record in known if one.items() <= record.items()), None) for one in protocols]
    return found if all(found) else []


def _end(records, table):
    """Prints the table of rivals, if there is one; returns the exit status after records that were found or known."""
    text = table.text() if table else ""
    if text:
        print(text)
    return 0 if records else 1
