"""What a run says of the machine and the code that it was trained with."""

import subprocess

from gan_keras.runs import environment


def test_only_changed_code_makes_a_revision_dirty(tmp_path, monkeypatch):
    def git(*arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    code, models = tmp_path / "gan_keras" / "runs" / "environment.py", tmp_path / "exported_models" / "models.config"
    for path in (code, models):
        path.parent.mkdir(parents=True)
        path.write_text("as committed")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "train.py").write_text("")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    monkeypatch.setattr(environment, "__file__", str(code))
    models.write_text("changed by an export")
    revision = environment.environment()["git_revision"]
    assert len(revision) == 12
    code.write_text("changed")
    assert environment.environment()["git_revision"] == f"{revision}-dirty"
