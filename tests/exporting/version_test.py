import concurrent.futures
import pathlib

import pytest

from gan_keras import errors
from gan_keras.exporting import version


def _write(model_dir, number=None):
    with version.new(model_dir, number) as draft:
        (draft.folder / "saved_model.pb").write_text("graph")
        (draft.folder / "export.json").write_text("{}")
    return draft.folder


def test_versions_count_on_from_the_highest(tmp_path):
    model = tmp_path / "model"
    assert _write(model) == model / "1"
    assert _write(model, 9) == model / "9"
    assert _write(model) == model / "10"
    assert version.numbers(model) == [1, 9, 10]
    assert version.locate(model) == model / "10"
    assert version.locate(model / "9") == model / "9"
    with pytest.raises(errors.UserError, match="version 9 of .* exists already"):
        _write(model, 9)


def test_nothing_is_seen_before_the_end_and_nothing_remains_of_a_failure(tmp_path):
    model = tmp_path / "model"
    with pytest.raises(KeyboardInterrupt):
        with version.new(model) as draft:
            (draft.folder / "saved_model.pb").write_text("half a graph")
            assert version.numbers(model) == []
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_exports_at_the_same_time_take_different_numbers(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: _write(tmp_path / "model"), range(24)))
    assert sorted(int(folder.name) for folder in folders) == list(range(1, 25))
    assert len(list((tmp_path / "model").iterdir())) == 24


def test_other_users_may_read_a_version(tmp_path):
    assert _write(tmp_path / "model").stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize("name", ["..", ".hidden", "two words"])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path, name):
    with pytest.raises(errors.UserError, match="cannot name a model"):
        _write(tmp_path / name)


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.UserError, match="cannot write the export to .*choose another --export_dir"):
        _write(tmp_path / "file" / "model")


@pytest.mark.parametrize(
    ("path", "message"), [("missing", "no exported model at"), (".", "holds no exported generator")]
)
def test_what_is_no_export_is_refused(tmp_path, path, message):
    with pytest.raises(errors.UserError, match=message):
        version.locate(pathlib.Path(tmp_path, path))
