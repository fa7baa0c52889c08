"""train(config, run_dir): opens or resumes a run, trains it, and exports its generator."""

import contextlib
import json
import pathlib
import shlex
import sys

from gan_keras import config as configs
from gan_keras import errors
from gan_keras.config import stored
from gan_keras.game import build
from gan_keras.game.training_state import as_int
from gan_keras.runs import checkpoint
from gan_keras.runs import run as runs
from gan_keras.runs.lock import RunLock
from gan_keras.runtime import files
from gan_keras.runtime import memory
from gan_keras.runtime import replicas
from gan_keras.training import chief as chiefs
from gan_keras.training import experiment
from gan_keras.training import export
from gan_keras.training import loop as loops
from gan_keras.training import pictures
from gan_keras.training.signals import StopSignals
from gan_keras.training.signals import leave
from gan_keras.training.tick import Diverged
from gan_keras.training.tick import Tick


def train(config: configs.Config, run_dir: pathlib.Path | str | None = None) -> runs.Run | None:
    """Trains the experiment of a config in a run folder, and resumes it if the folder already holds it.

    Args:
        config: `Config`, such as `recipe("dcgan", dataset="folder:photos")`.
        run_dir: folder of the run; None: the next `runs/00003-dcgan-photos`.

    Returns:
        the `Run`, on the chief; None on the other workers of a cluster.

    Raises:
        UserError: bad data or settings, a folder that holds another experiment or is in use, or a training that
            diverged.
        KeyboardInterrupt, SystemExit: Ctrl-C or SIGTERM, after a checkpoint was saved.
    """
    memory.keep_freed()
    strategy = replicas.make_strategy(config.training.strategy, config.training.logical_cpus)
    resolved = experiment.resolve(config, strategy.num_replicas_in_sync)
    _refuse_different_data(strategy, resolved)
    chief = replicas.is_chief(strategy)
    run = None
    path = pathlib.Path(run_dir or runs.next_run_dir("runs", config))
    with contextlib.ExitStack() as stack:
        if chief:
            stack.callback(RunLock(path).release)
        resolved = _with_schedules_of_the_run(resolved, path if chief else None, strategy)
        if chief:
            _refuse_another_run(path, resolved)
        signals = stack.enter_context(StopSignals())
        with strategy.scope():  # Invalid settings are refused here, before anything is written.
            gan = build.build_gan(resolved.config, resolved.sizes, resolved.condition)
        if chief:
            run = runs.create_run(
                path, resolved.config, resolved.identity, resolved.channels, resolved.condition, resolved.store.kind
            )
            _say_labels(resolved)
        state = _restore(run, gan) if run else {}
        _broadcast(strategy, gan)
        # A signal that came in the last iterations shall not wait for the export either.
        signal = _train(resolved, run, strategy, gan, state, signals) or signals.received
    if run and signal:
        _say(f"saved. To resume: {resume_command(run)}")
    elif run:
        _finish(run)
    if signal:
        leave(signal)
    return run


def _refuse_different_data(strategy, resolved):
    everyones = replicas.agree(strategy, int(resolved.store.content_hash[:12], 16))
    if len(set(everyones)) > 1:
        raise errors.UserError(
            "the workers see different images: content hashes begin with "
            f"{', '.join(f'{one:012x}' for one in everyones)}. Give every host the same data, --resolution and --crop"
        )


def _with_schedules_of_the_run(resolved, run_dir, strategy):
    """Returns the experiment with the schedules' length of the run in the folder, if there is one; else of --images.

    The chief decides: only it sees the folder.
    """
    images = resolved.config.training.schedule_images or resolved.config.training.images
    if run_dir and (run_dir / stored.NAME).is_file() and resolved.config.training.schedule_images is None:
        images = runs.open_run(run_dir).config.training.schedule_images or images
    return resolved.with_schedule_images(replicas.agree(strategy, images)[0])


def _refuse_another_run(run_dir, resolved):
    if (run_dir / stored.NAME).is_file():
        runs.refuse_other_experiment(run_dir, runs.open_run(run_dir).identity, resolved.identity)


def _restore(run, gan):
    """Loads the newest undamaged checkpoint and cuts `stats.jsonl` to the length it records; returns its state."""
    for folder in (run.path, run.checkpoints, run.path / "samples"):
        files.remove_leftovers(folder)
    checkpoint.recover(run.checkpoints)
    path = checkpoint.newest(run.checkpoints)
    state = checkpoint.restore(path, gan) if path else {}
    chiefs.cut_to(run, state)
    return state


def _train(resolved, run, strategy, gan, state, signals):
    """Trains until the end or a signal; returns that signal.

    Raises:
        Diverged: the game has collapsed, and a rollback is not wanted, or was tried before.
    """
    shown = as_int(gan.images_shown)
    training = resolved.config.training
    chief = chiefs.RunChief(run, gan, resolved, state) if run else loops.Chief()
    is_enough = max(replicas.agree(strategy, int(chief.is_enough())))
    if shown >= training.images or is_enough:
        chief.measure(is_last=True)  # What a kill at the end may have prevented.
        _say_finished(f"{shown} {resolved.store.kind.name}", is_enough)
        return None
    if run:
        _say_where(run, shown)
    while True:
        loop = loops.Loop(
            gan,
            iter(resolved.batches(strategy, first_iteration=as_int(gan.iteration))),
            strategy,
            iteration_images=resolved.config.game.iteration_images,
            images=training.images,
            tick_images=training.tick_images,
            chief=chief,
            tick=Tick(**state.get("tick", {})),
            signals=signals,
        )
        end = loop.run()
        if end.collapse is None:
            if end.signal is None and loop.images_shown < training.images:
                chief.end(loop.images_shown, "the metric has not improved for long", "--patience_images")
            return end.signal
        _refuse_another_rollback(chief, gan, end, training.on_collapse)
        state = chief.roll_back(end.collapse, end.images_shown) or {}
        if run:
            healthy = f"{state['images_shown']} {run.kind.name}"
            _say(f"{end.collapse}: back to {healthy}, with other noise and half the learning rates")
            chief = chiefs.RunChief(run, gan, resolved, state)
        _broadcast(strategy, gan)


def _refuse_another_rollback(chief, gan, end, policy):
    """Raises Diverged where a game that has collapsed does not go back to an earlier state."""
    if policy == "rollback" and not as_int(gan.training_state.rollbacks):
        return
    reason = f"--on_collapse={policy}" if policy != "rollback" else "it was rolled back once before"
    chief.end(end.images_shown, end.collapse, reason)
    raise Diverged(
        f"{end.collapse}. The run stops here ({reason}); what was saved before is untouched, and scripts/export.py "
        "exports the best of it. Start another run with lower learning rates, or another --precision"
    )


def _broadcast(strategy, gan):
    replicas.broadcast(
        strategy, [*gan.variables, *gan.generator_optimizer.variables, *gan.discriminator_optimizer.variables]
    )


def _say_finished(shown, is_enough):
    if is_enough:
        _say(
            f"this run has ended after {shown}: its metric had not improved for --patience_images. A larger "
            "one continues it"
        )
    else:
        _say(f"this run is finished: {shown} were shown. A larger --images continues it")


def _finish(run):
    """Writes the pictures and the report of a finished run and exports its best generator, the same one only once."""
    pictures.write_history(run.path)
    chiefs.write_report(run.path)
    if run.config.training.export_dir:
        record = run.path / "exported.json"
        exported = json.dumps(
            {"checkpoint": run.describe()["checkpoint"], "export_dir": run.config.training.export_dir}
        )
        if not record.is_file() or record.read_text() != exported:
            best = run.checkpoints / checkpoint.BEST
            if best.is_dir():
                shown = checkpoint.read_state(best)["images_shown"]
                _say(f"exporting the best checkpoint, after {shown} {run.kind.name}")
            export.export(run, run.config.training.export_dir)
            files.write_text(record, exported)
    _say(f"pictures, curves, statistics and report are in {run.path}; to continue: {resume_command(run)} --images=…")


def _say_where(run, shown):
    done = f"resuming at {shown} {run.kind.name}" if shown else "starting"
    _say(f"{done} in {run.path}; if it is stopped, resume with: {resume_command(run)}")
    if run.config.game.precision == "float32" and _has_fast_bfloat16():
        _say("this processor computes bfloat16 fast: --precision=mixed_bfloat16 would train about 1.7 times as fast")


def _say_labels(resolved):
    if resolved.config.data.labels == "auto":
        columns = ", ".join(column for column, _ in resolved.condition.columns)
        _say(f"--labels=auto: the labels are {columns}")


def resume_command(run: runs.Run) -> str:
    """Returns the command that resumes a run."""
    return f"python scripts/train.py --run_dir={shlex.quote(str(run.path))}"


def _has_fast_bfloat16():
    try:
        content = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return any(flag in content for flag in ("avx512_bf16", "amx_bf16"))


def _say(text):
    print(text, file=sys.stderr, flush=True)
