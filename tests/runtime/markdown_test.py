"""Tables in Markdown."""

from gan_keras.runtime import markdown


def test_cells_are_written_as_text_and_do_not_end_early():
    assert markdown.table(("a", ""), [(1, "x|y")]) == "| a |  |\n| --- | --- |\n| 1 | x\\|y |"
