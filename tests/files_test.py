import pytest

from gan_keras import files


def test_a_folder_appears_whole(tmp_path):
    target = tmp_path / "target"
    with files.written_aside(target) as aside:
        (aside / "part").write_text("new")
        assert not target.exists()
    assert (target / "part").read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["target"]


def test_a_folder_of_that_name_is_replaced_only_at_the_end(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(RuntimeError), files.written_aside(target):
        raise RuntimeError
    assert [entry.name for entry in target.iterdir()] == ["old"]
    with files.written_aside(target) as aside:
        (aside / "new").write_text("new")
    assert [entry.name for entry in target.iterdir()] == ["new"]


def test_nothing_is_left_of_a_block_that_fails(tmp_path):
    with pytest.raises(RuntimeError), files.written_aside(tmp_path / "target") as aside:
        (aside / "part").write_text("half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "file"
    files.write_text(path, "old")
    files.write_text(path, "new")
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_leftovers_of_a_killed_process_go_and_nothing_else(tmp_path):
    (tmp_path / ".target-x1y2").mkdir()
    (tmp_path / ".target-x1y2" / "part").write_text("half")
    (tmp_path / ".config.json-x1y2").write_text("half")
    for kept in (".lock", "target", "a-b"):
        (tmp_path / kept).write_text("kept")
    files.remove_leftovers(tmp_path)
    files.remove_leftovers(tmp_path / "missing")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".lock", "a-b", "target"]
