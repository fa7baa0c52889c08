"""train(config, run_dir): opens or resumes a run, trains it, and exports its generator."""

import contextlib
import dataclasses
import json
import pathlib
import shlex
import sys

from gan_keras import build
from gan_keras import checkpoint
from gan_keras import config as configs
from gan_keras import data
from gan_keras import distribution
from gan_keras import errors
from gan_keras import files
from gan_keras import rules
from gan_keras import run as runs
from gan_keras.data import classes as labels
from gan_keras.data import pipeline
from gan_keras.training import callbacks
from gan_keras.training import pictures
from gan_keras.training.loop import Loop
from gan_keras.training.signals import StopSignals
from gan_keras.training.signals import leave
from gan_keras.training.tick import Tick


def train(config, run_dir=None):
    """Trains the experiment of a config in a run folder, resuming it if the folder holds it already.

    Args:
        config: `Config`, such as `recipe("dcgan", dataset="folder:photos")`.
        run_dir: folder of the run; None: the next `runs/00003-dcgan-photos`.

    Returns:
        the `Run`, on the chief; None on the other workers of a cluster.

    Raises:
        UserError: bad data or settings, a folder that holds another experiment or is in use, or a game that diverged.
        KeyboardInterrupt, SystemExit: Ctrl-C or SIGTERM, after a checkpoint was saved.
    """
    strategy = distribution.make_strategy(config.training.strategy, config.training.logical_cpus)
    chief = distribution.is_chief(strategy)
    store, classes, config = prepare(config, strategy)
    _refuse_different_data(strategy, store)
    with contextlib.ExitStack() as stack:
        if chief:
            run_dir = run_dir or runs.next_run_dir("runs", config)
            stack.callback(runs.Lock(pathlib.Path(run_dir)).release)
            config, identity = _as_in_run(run_dir, config, store)
        # The chief knows for how long the run was planned when it started.
        span = distribution.agree(strategy, config.training.schedule_images or config.training.images)[0]
        config = with_schedule(configs.override(config, schedule_images=None), span)
        with StopSignals() as signals:
            with strategy.scope():  # Settings that cannot be played together are refused here, before anything is written.
                gan = build.build_gan(config, store.images.shape[-1], classes and len(classes.names))
            names = classes and classes.names
            run = runs.create_run(run_dir, config, identity, store.images.shape[-1], names) if chief else None
            state = _restore(run, gan) if run else {}
            distribution.broadcast(strategy, [*gan.variables, *gan.generator_optimizer.variables,
                                              *gan.discriminator_optimizer.variables])
            # A signal that came in the last iterations shall not wait for the export either.
            signal = _train(config, run, strategy, store, classes, gan, state, signals) or signals.received
        if run and signal:
            _say(f"saved. To go on: {resume_command(run)}")
        elif run:
            _finish(run)
    if signal:
        leave(signal)
    return run


def prepare(config, strategy):
    """Returns the prepared images, their `Classes` or None, and the config with every default resolved against these.

    Raises:
        UserError: the images cannot be had, or the batch fits neither them nor the devices.
    """
    rules.check_game(config.game)
    settings = config.data
    store = data.prepare_for(settings)
    replicas = strategy.num_replicas_in_sync
    batch = config.game.batch_size
    if batch > len(store.images):
        raise errors.UserError(
            f"batch_size={batch} is larger than the data: {settings.dataset} has {len(store.images)} training images"
        )
    if batch % replicas:
        raise errors.UserError(
            f"batch_size={batch} cannot be shared by {replicas} replicas: choose a multiple of {replicas}"
        )
    if batch % (replicas * config.game.accumulation):
        raise errors.UserError(
            f"batch_size={batch} cannot be cut into {config.game.accumulation} micro-batches on each of {replicas} "
            "devices: choose a multiple of both"
        )
    if config.training.jit and replicas > 1:
        raise errors.UserError(
            f"--jit compiles for one device, and this run has {replicas} replicas: drop one of the two"
        )
    flip = data.describe(settings.dataset).default_flip if settings.flip is None else settings.flip
    classes = labels.choose(store, settings.labels) if settings.labels else None
    return store, classes, dataclasses.replace(
        config,
        data=dataclasses.replace(
            settings, resolution=store.images.shape[1], crop=store.manifest["crop"], flip=flip
        ),
        # One replica has nothing to synchronize: its statistics are those of the global batch.
        game=dataclasses.replace(config.game, sync_batch_norm=config.game.sync_batch_norm or replicas == 1),
    )


def with_schedule(config, images):
    """Returns the config with the span of its schedules, if it names none."""
    span = config.training.schedule_images or images
    return dataclasses.replace(config, training=dataclasses.replace(config.training, schedule_images=span))


def _refuse_different_data(strategy, store):
    mine = int(store.content_hash[:12], 16)
    everyones = distribution.agree(strategy, mine)
    if len(set(everyones)) > 1:
        raise errors.UserError(
            "the workers see different images: content hashes begin with "
            f"{', '.join(f'{one:012x}' for one in everyones)}. Give every host the same data, --resolution and --crop"
        )


def _as_in_run(run_dir, config, store):
    """Returns the config, with the span of the run's schedules if the folder holds a run, and its identity.

    Raises:
        UserError: the folder holds another experiment.
    """
    run = runs.open_run(run_dir) if (pathlib.Path(run_dir) / runs.CONFIG).is_file() else None
    config = with_schedule(config, run.config.training.schedule_images if run else config.training.images)
    identity = configs.identity(config, store.manifest)
    if run:
        runs.refuse_other_experiment(run_dir, run.identity, identity)
    return config, identity


def _restore(run, gan):
    """Loads the newest sound checkpoint, and cuts `stats.jsonl` to the length it records; returns its state."""
    for folder in (run.path, run.checkpoints, run.path / "samples"):
        files.remove_leftovers(folder)
    path = checkpoint.newest(run.checkpoints)
    state = checkpoint.restore(path, gan) if path else {"stats_bytes": 0}
    with open(run.path / "stats.jsonl", "ab") as stats:
        stats.truncate(min(state["stats_bytes"], stats.tell()))
    if path:
        gan.iteration.assign(state["iteration"])
        gan.images_shown.assign(state["images_shown"])
    return state


def _train(config, run, strategy, store, classes, gan, state, signals):
    """Plays until the end or a signal; returns that signal."""
    batch_images = config.game.batch_size * config.game.discriminator_steps
    shown = int(gan.images_shown.numpy())
    images = config.training.images
    if shown >= images:
        _say(f"this run is finished: {shown} images were shown. A larger --images goes on with it")
        return None
    if run:
        _say_where(run, shown)
    batches = feed(config, store, classes, strategy, first_iteration=int(gan.iteration.numpy()))
    loop = Loop(
        gan, iter(batches), strategy, batch_images=batch_images, images=images,
        tick_images=config.training.tick_images, callbacks=_callbacks(run, gan, store, classes) if run else [],
        save=_saver(run) if run else lambda loop: None, tick=Tick(**state.get("tick", {})), signals=signals,
    )
    return loop.run()


def feed(config, store, classes, strategy, first_iteration=0):
    """Returns the strategy's distributed data set of an experiment, from a given iteration on."""
    return pipeline.distribute(
        strategy, images=store.images, labels=classes and classes.of_images, seed=config.game.seed,
        batch_size=config.game.batch_size,
        discriminator_steps=config.game.discriminator_steps, flip=config.data.flip, first_iteration=first_iteration,
    )


def _callbacks(run, gan, store, classes):
    samples = run.path / "samples"
    return [
        callbacks.Statistics(run.path / "stats.jsonl"),
        callbacks.Samples(samples, gan, store.images, classes),
        callbacks.TensorBoard(run.path / "tensorboard", samples, configs.to_dict(run.config)),
        callbacks.ProgressBar(run.config.training.images, run.config.game.precision),
    ]


def _saver(run):
    statistics = run.path / "stats.jsonl"

    def save(loop):
        files.sync(statistics)  # A checkpoint on disk counts on the lines before it.
        state = {
            "iteration": loop.iteration,
            "images_shown": loop.images_shown,
            "tick": loop.tick.state(),
            "stats_bytes": statistics.stat().st_size,
        }
        checkpoint.save(run.checkpoints, f"{loop.images_shown:09d}", loop.gan, state)

    return save


def _finish(run):
    """Draws and exports what a run came to; a run that was finished before is not exported twice."""
    pictures.write_history(run.path)
    if run.config.training.export_dir:
        record = run.path / "exported.json"
        exported = json.dumps({"checkpoint": run.checkpoint().name, "export_dir": run.config.training.export_dir})
        if not record.is_file() or record.read_text() != exported:
            from gan_keras.export import export

            export(run, run.config.training.export_dir)
            files.write_text(record, exported)
    _say(f"pictures, curves and statistics are in {run.path}; to go on: {resume_command(run)} --images=…")


def _say_where(run, shown):
    done = f"resuming at {shown} images" if shown else "starting"
    _say(f"{done} in {run.path}; if it is stopped, go on with: {resume_command(run)}")
    if run.config.game.precision == "float32" and _has_fast_bfloat16():
        _say("this processor computes bfloat16 fast: --precision=mixed_bfloat16 would train about 1.5 times as fast")


def resume_command(run):
    """Returns the command that goes on with a run."""
    return f"python scripts/train.py --run_dir={shlex.quote(str(run.path))}"


def _has_fast_bfloat16():
    try:
        with open("/proc/cpuinfo") as file:
            return any(flag in file.read() for flag in ("avx512_bf16", "amx_bf16"))
    except OSError:
        return False


def _say(text):
    print(text, file=sys.stderr, flush=True)
