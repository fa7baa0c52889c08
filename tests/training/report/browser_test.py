"""The report of a run in a real browser: it shows itself, its slider moves, and it asks nobody for anything."""

import pytest

from tests import browser as browsers
from tests.training.report import report_test

pytestmark = browsers.needed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = report_test.make_run(tmp_path_factory.mktemp("browser") / "00000-dcgan-cats")
    report_test.report.write(folder)
    return folder


@pytest.fixture
def opened(browser, folder):
    """The page on a desktop; when the test is over, it has requested nothing but itself and reported no error."""
    requests, complaints = [], []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", lambda request: requests.append(request.url.partition(":")[0]))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto((folder / "report.html").as_uri())
    yield page
    page.close()
    assert complaints == []
    assert requests.count("file") == 1 and set(requests) <= {"file", "data"}


def test_title_pictures_and_curves_are_visible(opened):
    assert opened.title().startswith("dcgan on folder:/data/<script>alert")
    assert opened.locator("h1").is_visible() and opened.locator("#slider").is_visible()
    assert all(chart.is_visible() for chart in opened.locator("section > .charts .chart > svg").all())
    assert opened.locator(".curve.c0").first.bounding_box()["width"] > 0
    # A picture that the policy forbids, or that is damaged, has no width.
    assert opened.evaluate("[...document.images].map(image => image.naturalWidth)") == [274, 274, 274]


def test_the_slider_changes_the_image_and_the_keyboard_moves_it(opened):
    image, slider, shown = (opened.locator(name) for name in ("#grid", "#slider", "#shown"))
    newest = image.get_attribute("src")
    assert shown.inner_text() == "60,000 images"
    slider.press("ArrowLeft")
    assert shown.inner_text() == "55,000 images" and image.get_attribute("src") != newest
    assert image.get_attribute("alt") == "Grid of generated samples after 55,000 images"
    assert slider.get_attribute("aria-valuetext") == "55,000 images shown"
    slider.fill("0")
    assert opened.locator("#caption").inner_text() == "Generated samples after 0 images"
    slider.press("End")
    assert image.get_attribute("src") == newest


def test_it_plays_from_the_beginning_and_pauses(opened):
    play, shown = opened.locator("#play"), opened.locator("#shown")
    opened.clock.install()
    opened.clock.pause_at("2100-01-01")
    play.click()
    assert shown.inner_text() == "0 images" and play.inner_text() == "Pause"
    opened.clock.run_for(650)  # Two steps of 300 ms.
    play.click()
    opened.clock.run_for(1000)
    assert shown.inner_text() == "10,000 images" and play.inner_text() == "Play"
    play.click()
    opened.clock.run_for(10_000)
    assert shown.inner_text() == "60,000 images" and play.inner_text() == "Play"


@pytest.mark.parametrize("scheme, background", [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")])
def test_a_phone_scrolls_only_downwards_in_light_and_dark(opened, scheme, background):
    opened.set_viewport_size({"width": 360, "height": 740})
    opened.emulate_media(color_scheme=scheme)
    for details in opened.locator("summary").all():
        details.click()
    assert opened.evaluate("document.documentElement.scrollWidth") == 360
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == background


def test_a_run_that_has_just_begun_opens_too(browser, tmp_path):
    folder = report_test.make_bare_run(tmp_path / "run")
    report_test.report.write(folder)
    page, complaints = browser.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((folder / "report.html").as_uri())
    assert page.get_by_text("No samples yet.").is_visible() and complaints == []
    page.close()
