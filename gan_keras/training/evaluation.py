"""What scripts/evaluate.py does: measures a run, an exported model or samples, and says and writes what came out."""

import pathlib
from collections.abc import Iterable
from typing import Any

from gan_keras import errors
from gan_keras.config import schema
from gan_keras.data import images
from gan_keras.metrics import features as feature_networks
from gan_keras.metrics import registry
from gan_keras.metrics import results
from gan_keras.metrics import self_check as checks
from gan_keras.metrics import subjects
from gan_keras.metrics.evaluator import Evaluator
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
) -> None:
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

    Raises:
        UserError: as `of_samples`, or there is no such checkpoint.
    """
    run = runs.open_run(run_dir)
    evaluator = _evaluator(run.config.data, data, choice, options)
    if checkpoint is None and run.config.training.keep_checkpoints > schema.Training().keep_checkpoints:
        checkpoint = "all"
    path = pathlib.Path(output) if output else run.path / results.NAME
    names = checkpoints.names(run.checkpoints) if checkpoint == "all" else [checkpoint]
    for name in names:
        subject = subjects.of_checkpoint(run, name, generator)
        skipped = results.read(path) if checkpoint == "all" else []
        _measure(evaluator, subject, path, skipped, run.path, **options)
    report.write(run.path)


def of_model(
    path: str, data: dict[str, Any], choice: dict[str, Any], output: str | None = None, **options: Any
) -> None:
    """Measures an exported model, by default against the test images of the data set that it learned.

    Args: as for `of_samples`.
    """
    from gan_keras.exporting.exported import ExportedGenerator

    exported = ExportedGenerator(path)
    learned = exported.description["metadata"].get("config", {}).get("data", {})
    kept = {name: value for name, value in learned.items() if name not in ("labels", "label_encoding")}
    evaluator = _evaluator(schema.Data(**kept), data, choice, options)
    _measure(evaluator, subjects.Exported(exported), pathlib.Path(output or results.NAME), [], None, **options)


def of_samples(
    path: str, data: dict[str, Any], choice: dict[str, Any], output: str | None = None, **options: Any
) -> None:
    """Measures images that exist already.

    Args:
        path: a folder of images, a `.npy` or a `.npz` file.
        data: settings of the `data` section: which real images, and how they are prepared.
        choice: fields of `Choice` by the names of their flags.
        output: path of the file that gets the results; None: `metrics.jsonl` in the current folder.
        **options: `metrics` and `features`, lists of names, or None for those that suit the data set; `split`; `seed`;
            `repeats`.

    Raises:
        UserError: unknown names, images that cannot be read or compared, or a metric that cannot be computed.
    """
    if "dataset" not in data:
        raise errors.UserError("--samples needs --dataset: the real images to compare with")
    subject = subjects.Samples(path)
    side = subject.shape[0]
    evaluator = _evaluator(schema.Data(), {"resolution": side} | data, choice, options)
    _measure(evaluator, subject, pathlib.Path(output or results.NAME), [], None, **options)


def self_check(data: dict[str, Any], choice: dict[str, Any]) -> int:
    """Compares the whole path of FID and KID with published values on CIFAR-10; returns 1 if one is missed."""
    return checks.main(data, _choice(choice))


def _evaluator(learned: schema.Data, data, choice, options) -> Evaluator:
    """Returns the `Evaluator` of the images that were learned, with what the user changes.

    Raises:
        UserError: another crop of the same data set, whose distance would be that of the crops.
    """
    same_set = data.get("dataset", learned.dataset) == learned.dataset
    for name in ("crop", "resolution"):
        mine, theirs = data.get(name), getattr(learned, name)
        if same_set and mine is not None and theirs is not None and mine != theirs:
            raise errors.UserError(
                f"--{name}={mine}: the generator learned {name} {theirs} of {learned.dataset}, and images of another "
                f"{name} differ from its samples whatever it draws: leave out --{name}"
            )
    if not same_set:
        learned = schema.Data()
    values = schema.as_values(learned) | {"labels": None, "label_encoding": None} | data
    return Evaluator(schema.Data(**values), _choice(choice), options["split"])


def _choice(values):
    names = {
        "features_size": "size",
        "features_range": "value_range",
        "features_output": "output",
        "inception_weights": "inception_weights",
    }
    return feature_networks.Choice(**{names[name]: value for name, value in values.items()})


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
    split: str,
) -> None:
    """Measures one subject, prints the table, and writes the results."""
    default_metric, default_features = evaluator.defaults()
    metrics = list(metrics or [default_metric])
    chosen = list(features or [default_features or "classifier"])
    for name in chosen:
        feature_networks.check(name)
    of_features = [metric for metric in metrics if set(registry.features_of(metric, chosen)) & set(chosen)]
    if features and not of_features:
        raise errors.UserError(
            f"--features={','.join(chosen)} would have no effect: {', '.join(metrics)} compare no such features"
        )
    protocol = {"seed": seed, "repeats": repeats, **evaluator.reference.protocol, **subject.origin}
    metrics = [metric for metric in metrics if not _is_known(metric, chosen, protocol, known)]
    measured = evaluator.measure(subject, metrics, chosen, seed, repeats) if metrics else []
    if not measured:
        return
    print(results.table([each.record for each in measured]))
    results.add(path, [each.record for each in measured])
    for each in measured:
        for name, picture in each.pictures.items():
            images.write_png((pictures or path.parent) / f"{name}.png", picture)


def _is_known(metric, chosen, protocol, known):
    """Whether a metric was measured by a protocol on all of the chosen features."""
    measured = {
        record["features"]
        for record in known
        if record["metric"] == metric
        and protocol.items() <= {**record, "notes": None, "values": None, "std": None}.items()
    }
    wanted = {name and name.partition(":")[0] for name in registry.features_of(metric, chosen)}
    return wanted <= {name and name.partition(":")[0] for name in measured}
