"""The web page of a generator in a real browser: its pixels are those of Keras, and it asks nobody for anything."""

import pathlib
import shutil
import threading

import numpy as np
import pytest
from PIL import Image

from gan_keras import errors
from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting.web import vendor
from gan_keras.serving import page
from tests.exporting import generators

CHROMIUM = pathlib.Path("/usr/bin/chromium")
COUNT = 16  # Samples of the page.
PIXELS = """() => [...document.querySelectorAll('#grid canvas')].map(canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [...data];
})"""

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing: apt-get install chromium")


@pytest.fixture(scope="module")
def browser():
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Exported models with web pages: `plain` with uniform latents, `classes` and `attributes` with normal ones."""
    try:
        vendor.packages()
    except errors.UserError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("pages")
    for name, condition in (("plain", None), ("classes", generators.CLASSES), ("attributes", generators.ATTRIBUTES)):
        export_generator(
            generators.generator(channels=3 if name == "plain" else 1, condition=condition),
            name=name,
            export_dir=folder,
            latents="uniform" if name == "plain" else "normal",
            condition=condition,
            formats=["saved_model", "tflite", "web"],
            metadata={"dataset": "avatars"},
        )
    return folder


@pytest.fixture
def open_page(browser, folder):
    """Function (model) → its page, drawn; at the end of the test nothing else was asked for and no error was told."""
    servers, pages, requests, complaints = [], [], [], []

    def opened(model, **context):
        server = page.serve(page.locate(folder / model))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        tab = browser.new_page(**context)
        pages.append(tab)
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        tab.wait_for_selector("#blended[data-drawn]")
        return tab

    yield opened
    for tab in pages:
        tab.close()
    origins = tuple(f"http://127.0.0.1:{server.server_address[1]}/" for server in servers)
    for server in servers:
        server.shutdown()
        server.server_close()
    assert complaints == []
    assert requests and all(url.startswith((*origins, "data:", "blob:")) for url in requests)


def pixels(tab, side=16):
    return np.array(tab.evaluate(PIXELS), np.uint8).reshape(COUNT, side, side, 4)[..., :3]


def redraw(tab, action):
    """Does something that draws the grid again, and waits for that."""
    before = tab.get_attribute("#grid", "data-drawn")
    action()
    tab.wait_for_function("before => document.querySelector('#grid').dataset.drawn !== before", arg=before)


def levels(tab, expected):
    return np.abs(pixels(tab).astype(int) - expected)


@pytest.mark.parametrize("model", ["plain", "classes", "attributes"])
def test_seeds_are_the_images_of_keras(open_page, folder, model):
    tab = open_page(model)
    expected = ExportedGenerator(folder / model).generate(range(COUNT))
    if model == "attributes":  # The page's sliders hold one vector for all.
        expected = ExportedGenerator(folder / model).generate(range(COUNT), attributes=[(1, 0)] * COUNT)
    assert levels(tab, expected).mean() <= 3 and levels(tab, expected).max() <= 24
    redraw(tab, lambda: tab.select_option("#weights", "generator_float32.tflite"))
    assert levels(tab, expected).max() <= 1
    # Seed 7 is seed 7, and no other one.
    nearest = np.abs(pixels(tab)[7].astype(int) - expected).mean(axis=(1, 2, 3)).argmin()
    assert nearest == 7


def test_further_seeds_are_the_browsers_own_and_it_says_so(open_page):
    tab = open_page("plain")
    assert "same images in every program" in tab.inner_text("#origin")
    first = pixels(tab)
    redraw(tab, lambda: tab.click("#next"))
    assert tab.input_value("#seed") == "16" and not np.array_equal(pixels(tab), first)

    def go_to(seed):
        redraw(tab, lambda: (tab.fill("#seed", str(seed)), tab.press("#seed", "Enter")))

    go_to(255)
    assert "this browser's own" in tab.inner_text("#origin")
    go_to(1000)
    own = pixels(tab)
    assert len(np.unique(own.reshape(COUNT, -1), axis=0)) == COUNT
    go_to(0)
    np.testing.assert_array_equal(pixels(tab), first)
    go_to(1000)
    np.testing.assert_array_equal(pixels(tab), own)
    go_to(2**53 - 1)  # No number that counts: from 0 again.
    assert tab.input_value("#seed") == "0"


def test_a_class_changes_the_images(open_page, folder):
    tab = open_page("classes")
    options = tab.locator("#class option").all_inner_texts()
    assert options == ["in turn", "cat", "dog", "newt"]
    in_turn = pixels(tab)
    redraw(tab, lambda: tab.select_option("#class", "2"))
    newts = ExportedGenerator(folder / "classes").generate(range(COUNT), labels=[2] * COUNT)
    assert levels(tab, newts).mean() <= 3
    np.testing.assert_array_equal(pixels(tab)[2], in_turn[2])
    assert not np.array_equal(pixels(tab)[1], in_turn[1])


def test_an_attribute_changes_the_images(open_page, folder):
    tab = open_page("attributes")
    assert tab.locator("#attributes label").all_inner_texts() == ["Smiling", "Male"]
    redraw(tab, lambda: tab.locator("#attributes input").nth(1).fill("0.5"))
    expected = ExportedGenerator(folder / "attributes").generate(range(COUNT), attributes=[(1, 0.5)] * COUNT)
    assert levels(tab, expected).mean() <= 3


def blended(tab):
    return tab.evaluate("document.querySelector('#blended').toDataURL()")


def test_blending_by_mouse_and_by_keyboard(open_page):
    tab = open_page("plain")
    middle = blended(tab)
    box = tab.locator("#pad").bounding_box()
    tab.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    tab.mouse.down()
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn.startsWith('0.0')")
    left = blended(tab)
    tab.mouse.move(box["x"] + box["width"] + 9, box["y"] + box["height"] / 2)
    tab.mouse.up()
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn.startsWith('1.00')")
    right = blended(tab)
    assert len({left, middle, right}) == 3
    tab.focus("#pad")
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn.startsWith('0.95')")
    assert blended(tab) != right
    # At its ends a blend of two is each of them.
    tab.locator("#grid button").nth(1).focus()
    tab.keyboard.press("ArrowRight")
    corner = tab.evaluate("document.querySelectorAll('.corner')[1].toDataURL()")
    for _ in range(2):
        tab.locator("#pad").press("ArrowRight")
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn.startsWith('1.00')")
    assert blended(tab) == corner


def test_four_samples_are_blended_in_both_directions(open_page):
    tab = open_page("classes")
    for index in (2, 3):
        tab.locator("#grid button").nth(index).press("Enter")
    assert tab.locator("#grid button[aria-pressed=true]").count() == 4
    tab.wait_for_function("() => document.querySelectorAll('.corner')[3].hidden === false")
    before = tab.get_attribute("#blended", "data-drawn")
    image = blended(tab)
    tab.locator("#pad").press("ArrowDown")
    tab.wait_for_function("before => document.querySelector('#blended').dataset.drawn !== before", arg=before)
    assert blended(tab) != image
    tab.locator("#grid button").nth(9).click()  # A fifth one takes the place of the first.
    assert tab.locator("#grid button").nth(0).get_attribute("aria-pressed") == "false"


def test_latency_and_download(open_page, tmp_path):
    tab = open_page("plain")
    assert float(tab.inner_text("#latency").split()[0]) > 0
    with tab.expect_download() as download:
        tab.click("#download")
    assert download.value.suggested_filename == "plain-seeds-0-15.png"

    download.value.save_as(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (64, 64)
        tile = np.asarray(sheet.convert("RGB"))[16:32, 48:64]
    np.testing.assert_array_equal(tile, pixels(tab)[7])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_width_and_scheme_fits(open_page, width, scheme):
    tab = open_page("attributes", viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, background[4:-1].split(","))) > 384) == (scheme == "light")


def test_a_page_without_its_model_says_what_is_missing(browser, folder, tmp_path):

    shutil.copytree(folder / "plain" / "1" / "web", tmp_path / "web")
    (tmp_path / "web" / "model" / "generator_int8.tflite").unlink()
    server = page.serve(tmp_path / "web")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tab = browser.new_page()
    tab.goto(f"http://127.0.0.1:{server.server_address[1]}/")
    tab.wait_for_selector("#status.error")
    assert "This page cannot draw:" in tab.inner_text("#status")
    tab.close()
    server.shutdown()
    server.server_close()
