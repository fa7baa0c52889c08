"""`scripts/train.py` as a user runs it: its flags, its ends, its one line for a mistake."""

import json
import signal
import subprocess
import sys

import pytest

from gan_keras.config import advice
from gan_keras.config import recipes
from gan_keras.runs import checkpoint
from tests import helpers


def one_line(ended, message):
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ") and ended.stderr.count("\n") == 1, ended.stderr
    assert message in ended.stderr
    return True


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--imges=3"], "Unknown command line flag 'imges'. Did you mean: images ?"),
        (["--images=-5"], "images=-5: expected at least 1"),
        (["--loss=minmax"], "loss='minmax' (did you mean 'minimax'?): expected one of minimax, non_saturating"),
        (["--recipe=dcgn"], "unknown recipe 'dcgn' (did you mean 'dcgan'?): expected one of gan, dcgan, dcgan_fast"),
        (["--config=missing.json"], "cannot read the config missing.json: "),
        (["--config=a", "--recipe=dcgan"], "--config and --recipe both name an experiment: give one of them"),
    ],
)
def test_flags_are_checked_before_tensorflow_is_loaded(tmp_path, arguments, message):
    blocked = (
        "import sys; sys.modules['tensorflow'] = None; sys.argv = sys.argv[1:]; import runpy; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", blocked, helpers.TRAIN, *arguments],
        cwd=tmp_path,
        env=helpers.environment(),
        capture_output=True,
        text=True,
    )
    assert one_line(ended, message)
    assert not list(tmp_path.iterdir())


def test_help_lists_every_setting():
    ended = helpers.train("--help")
    assert ended.returncode == 0 and ended.stderr == ""
    for name in ("run_dir", "config", "dry_run", "recipe", "dataset", "batch_size", "images", "sync_batch_norm"):
        assert f"  --{name}:" in ended.stdout or f"  --[no]{name}:" in ended.stdout


def test_a_mistake_after_tensorflow_was_loaded_is_one_line_too(tmp_path):
    (tmp_path / "file").write_text("kept")
    flags = helpers.flags(helpers.settings(tmp_path / "data"))
    ended = helpers.train(*flags, f"--run_dir={tmp_path}/file/run", "--seed=1")
    # The bar of the first preparation of the data comes before it.
    ended.stderr = ended.stderr[ended.stderr.index("error: ") :]
    assert one_line(ended, f"cannot make the folder {tmp_path}/file/run: Not a directory; choose another --run_dir")


def start(*arguments):
    """Starts a training; returns its process once it plays."""
    process = subprocess.Popen(
        [sys.executable, helpers.TRAIN, *arguments],
        env=helpers.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if "starting in" in line or "resuming at" in line:
            return process, line
    raise AssertionError(f"it ended with {process.wait()}")


def test_signals_save_first_and_the_command_that_is_printed_goes_on(tmp_path):
    run_dir = tmp_path / "run"
    flags = helpers.flags(helpers.settings(tmp_path, images=10**6, schedule_images=10**6))
    process, told = start(*flags, f"--run_dir={run_dir}")
    again = f"python scripts/train.py --run_dir={run_dir}\n"
    assert told == f"starting in {run_dir}; if it is stopped, resume with: {again}"
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143 and "Traceback" not in err
    assert err.endswith(f"saved. To resume: {again}")
    shown = int(checkpoint.names(run_dir / "checkpoints")[-1])
    assert json.loads((run_dir / "config.json").read_text())["config"]["training"]["images"] == 10**6

    process, told = start(f"--run={run_dir}")  # another name of --run_dir
    assert told.startswith(f"resuming at {shown} images in {run_dir}" if shown else "starting in")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err and "saved. To resume: " in err
    assert int(checkpoint.names(run_dir / "checkpoints")[-1]) >= shown


@pytest.mark.slow
def test_a_config_repeats_its_run(tmp_path):
    settings = helpers.settings(tmp_path)
    assert helpers.train(*helpers.flags(settings), f"--run_dir={tmp_path}/one").returncode == 0
    assert helpers.train(f"--config={tmp_path}/one/config.json", f"--run_dir={tmp_path}/other").returncode == 0
    assert helpers.weights(tmp_path / "one") == helpers.weights(tmp_path / "other")
    assert helpers.statistics(tmp_path / "one") == helpers.statistics(tmp_path / "other")
    again = helpers.train(f"--run_dir={tmp_path}/other")
    assert again.returncode == 0 and "this run is finished: 200 images were shown" in again.stderr
    refused = helpers.train(f"--run_dir={tmp_path}/other", "--loss=minimax")
    assert one_line(refused, "holds another experiment: loss is 'non_saturating' there, 'minimax' here. Choose another")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments, env, message",
    [
        (["--dataset=celeb_b"], {}, "unknown data set 'celeb_b' (did you mean 'celeb_a'?)"),
        (["--dataset=mnist"], {}, "mnist is not in"),
        (["--dataset=celeb_a"], {}, "What you can do: (1) download the official files"),
        (
            ["--strategy=multi_worker", "--dataset=celeb_a"],
            {"TF_CONFIG": "{cluster"},
            "TF_CONFIG cannot be read (JSONDecodeError",
        ),
    ],
)
def test_no_such_data_no_network_no_cluster(tmp_path, arguments, env, message):
    """A machine without network tells so within a minute, and that is its last word."""
    proxy = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    ended = helpers.train(
        *arguments,
        f"--data_dir={tmp_path}/tfds",
        f"--cache_dir={tmp_path}/cache",
        f"--run_dir={tmp_path}/run",
        env=proxy | env,
        timeout=90,
    )
    last = ended.stderr.splitlines()[-1]
    assert ended.returncode == 1 and last.startswith("error: ") and message in last, ended.stderr
    assert "Traceback" not in ended.stderr and not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_dry_run_costs_no_run_folder(tmp_path):
    ended = helpers.train(*helpers.flags(helpers.settings(tmp_path / "data")), "--dry_run", cwd=tmp_path)
    assert ended.returncode == 0 and ended.stdout.startswith("{") and " images take about " in ended.stdout
    assert json.JSONDecoder().raw_decode(ended.stdout)[0]["recipe"] in recipes.RECIPES
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("program", ["train", "export", "generate"])
def test_programs_name_the_run_folder_alike(program):
    command = [sys.executable, helpers.ROOT / "scripts" / f"{program}.py", "--help"]
    ended = subprocess.run(command, env=helpers.environment(), capture_output=True, text=True)
    assert "  --run_dir: folder of the run" in ended.stdout and "  --run: Alias for --run_dir." in ended.stdout


def test_list_recipes_needs_no_tensorflow_and_trains_nothing(tmp_path):
    ended = helpers.train("--list_recipes", cwd=tmp_path)
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [*recipes.table(), "", *advice.lines()]
    assert list(tmp_path.iterdir()) == []
