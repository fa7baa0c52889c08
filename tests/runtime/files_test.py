import threading

import pytest

from gan_keras.runtime import files


def test_a_folder_appears_whole(tmp_path):
    target = tmp_path / "target"
    with files.written_aside(target) as aside:
        (aside.folder / "part").write_text("new")
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
        (aside.folder / "new").write_text("new")
    assert [entry.name for entry in target.iterdir()] == ["new"]


def test_nothing_is_left_of_a_block_that_fails(tmp_path):
    with pytest.raises(RuntimeError), files.written_aside(tmp_path / "target") as aside:
        (aside.folder / "part").write_text("half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_to_be_replaced(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "old").write_text("old")
    with pytest.raises(FileExistsError), files.written_aside(tmp_path / "target", replace=False) as aside:
        (aside.folder / "new").write_text("new")
    assert [entry.name for entry in tmp_path.rglob("*")] == ["target", "old"]


def test_a_numbered_folder_takes_the_next_number_if_another_was_faster(tmp_path):
    def next_number():
        return tmp_path / str(len([entry for entry in tmp_path.iterdir() if entry.name.isdigit()]) + 1)

    with files.written_aside(next_number, replace=False) as aside:
        (aside.folder / "part").write_text("second")
        (tmp_path / "1").mkdir()
        (tmp_path / "1" / "part").write_text("first")
    assert aside.folder == tmp_path / "2" and (tmp_path / "2" / "part").read_text() == "second"
    assert (tmp_path / "1" / "part").read_text() == "first"


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
    (tmp_path / ".one-x1y2").write_text("half")
    (tmp_path / ".other-x1y2").write_text("half")
    files.remove_leftovers(tmp_path, "one")
    assert [path.name for path in tmp_path.glob(".*-*")] == [".other-x1y2"]
    files.remove_leftovers(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".lock", "a-b", "target"]


def test_a_locked_folder_lets_one_in_at_a_time_and_leaves_nothing(tmp_path):
    order = []

    def second():
        with files.locked_folder(tmp_path):
            order.append("second")

    with files.locked_folder(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"] and not list(tmp_path.iterdir())
