"""TensorFlow's own tool reads, checks and runs an exported SavedModel."""

import subprocess
import sys

import numpy as np


def cli(*arguments):
    code = "import sys; from tensorflow.python.tools.saved_model_cli import main; sys.exit(main())"
    ended = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_show_lists_the_signatures_of_the_contract(exported_with_labels):
    shown = cli("show", "--dir", exported_with_labels.folder, "--all")
    for signature in ("serving_default", "sample", "sample_png"):
        assert f"signature_def['{signature}']" in shown
    for name, kind, shape in (
        ("latents", "DT_FLOAT", "(-1, 8)"),
        ("seeds", "DT_INT64", "(-1)"),
        ("labels", "DT_INT32", "(-1)"),
        ("images", "DT_UINT8", "(-1, 16, 16, 1)"),
        ("image_bytes", "DT_STRING", "(-1)"),
    ):
        assert f"['{name}'] tensor_info:\n        dtype: {kind}\n        shape: {shape}\n" in shown, name


def test_scan_finds_nothing_that_a_server_should_not_run(exported_with_labels):
    scanned = cli("scan", "--dir", exported_with_labels.folder, "--tag_set", "serve")
    assert "does not contain the default denylisted ops" in scanned


def test_run_draws_the_same_images(exported_with_labels, tmp_path):
    cli(
        *("run", "--dir", exported_with_labels.folder, "--tag_set", "serve", "--signature_def", "sample"),
        *("--input_exprs", "seeds=[5, 7];labels=[2, 0]", "--outdir", tmp_path),
    )
    drawn = np.load(tmp_path / "images.npy")
    np.testing.assert_array_equal(drawn, exported_with_labels.generate([5, 7], labels=[2, 0]))
