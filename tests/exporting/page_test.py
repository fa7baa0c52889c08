"""The web page of a generator in a real browser: its pixels are those of Keras, and it asks nobody for anything."""

import shutil
import threading

import numpy as np
import pytest
from PIL import Image

from gan_keras.exporting import ExportedGenerator
from gan_keras.exporting import export_generator
from gan_keras.exporting.web import vendor
from gan_keras.serving import page
from tests import browser as browsers
from tests.exporting import generators

COUNT = 16  # Samples of the page.
PIXELS = """selector => [...document.querySelectorAll(selector)].map(canvas => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [...data];
})"""

pytestmark = browsers.needed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models with web pages: `plain` with uniform latents; `classes`, `attributes` and `texts` with normal ones."""
    try:
        vendor.packages()
    except vendor.Unreachable as error:
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
    kind = generators.WORDS
    export_generator(
        generators.text_generator(kind),
        **{"name": "texts", "export_dir": folder, "latents": "normal", "kind": kind},
        formats=["saved_model", "tflite", "web"],
        metadata={"dataset": "sentences"},
    )
    return folder


@pytest.fixture
def serve():
    """Function (folder) → the address of a server of that folder."""
    servers = []

    def served(folder):
        server = page.serve(folder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield served
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def open_page(browser, folder, serve):
    """Function (model, …) → its page, drawn; at the end of the test nothing else was asked for and no error was told.

    Takes a script that runs before those of the page, whether to wait until all is drawn, and what a browser's page
    takes.
    """
    pages, origins, requests, complaints = [], [], [], []

    def opened(model, script="", wait=True, **context):
        tab = browser.new_page(**context)
        pages.append(tab)
        origins.append(serve(page.locate(folder / model)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.add_init_script(script)
        tab.goto(origins[-1])
        if wait:
            tab.wait_for_selector("#blended[data-drawn]")
        return tab

    opened.complaints = complaints
    yield opened
    for tab in pages:
        tab.close()
    assert complaints == []
    assert requests and all(url.startswith((*origins, "data:", "blob:")) for url in requests)


def pixels(tab, selector="#grid canvas", side=16):
    return np.array(tab.evaluate(PIXELS, selector), np.uint8).reshape(-1, side, side, 4)[..., :3]


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
    assert levels(tab, expected).mean() <= 3 and levels(tab, expected).max() <= 24
    assert "same images in every program" in tab.inner_text("#origin")
    redraw(tab, lambda: tab.select_option("#weights", "generator_float32.tflite"))
    assert levels(tab, expected).max() <= 1 and tab.inner_text("#status") == ""
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


@pytest.mark.parametrize("script", ["", "delete WebAssembly.Suspending; delete WebAssembly.promising;"])
def test_browsers_with_and_without_jspi(open_page, folder, script):
    tab = open_page("plain", script=script)
    loaded = tab.evaluate("performance.getEntriesByType('resource').map(entry => entry.name.split('/').pop())")
    runtime = "litert_wasm_internal" if script else "litert_wasm_jspi_internal"
    assert {name for name in loaded if name.startswith("litert_wasm")} == {f"{runtime}.js", f"{runtime}.wasm"}
    assert levels(tab, ExportedGenerator(folder / "plain").generate(range(COUNT))).mean() <= 3


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
    assert tab.inner_text("#origin") == ""  # Other programs draw seed 1 as a dog.
    redraw(tab, lambda: tab.select_option("#class", ""))
    np.testing.assert_array_equal(pixels(tab), in_turn)


def test_an_attribute_changes_the_images(open_page, folder):
    tab = open_page("attributes")
    assert tab.locator("#sliders label").all_inner_texts() == ["Smiling", "Male"]
    assert tab.locator("#sliders output").all_inner_texts() == ["1.00", "0.00"] and tab.is_checked("#in-turn")
    in_turn = pixels(tab)
    redraw(tab, lambda: tab.get_by_label("Male", exact=True).fill("0.5"))
    expected = ExportedGenerator(folder / "attributes").generate(range(COUNT), attributes=[(1, 0.5)] * COUNT)
    assert levels(tab, expected).mean() <= 3
    assert tab.locator("#sliders output").all_inner_texts() == ["1.00", "0.50"] and not tab.is_checked("#in-turn")
    assert tab.inner_text("#origin") == ""
    redraw(tab, lambda: tab.check("#in-turn"))
    np.testing.assert_array_equal(pixels(tab), in_turn)
    assert "same images in every program" in tab.inner_text("#origin")


def blended(tab):
    return pixels(tab, "#blended")[0]


def corner(tab, index):
    return pixels(tab, f".corner[data-corner='{index}']")[0]


def press(tab, key, expected):
    """Presses a key in the square, and waits until the blend of a point is drawn."""
    tab.locator("#pad").press(key)
    tab.wait_for_function("point => document.querySelector('#blended').dataset.drawn === point", arg=expected)


def choose(tab, *samples):
    for index in samples:
        tab.locator("#grid button").nth(index).press("Enter")


def test_blending_by_mouse(open_page):
    tab = open_page("plain")
    middle = blended(tab)
    box = tab.locator("#pad").bounding_box()
    tab.mouse.move(box["x"] + 5, box["y"] + 5)
    tab.mouse.down()
    tab.mouse.move(box["x"] - 9, box["y"] + 5)
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn === '0.00,0.50'")
    left = blended(tab)
    tab.mouse.move(box["x"] + box["width"] + 9, box["y"] + box["height"] / 2)
    tab.mouse.up()
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn === '1.00,0.50'")
    assert not np.array_equal(left, middle)
    np.testing.assert_array_equal(blended(tab), corner(tab, 1))


def test_blending_by_keyboard(open_page):
    tab = open_page("plain")
    for key, x in (
        ("ArrowLeft", 0.45),
        ("ArrowRight", 0.5),
        ("PageUp", 0.75),
        ("PageDown", 0.5),
        ("End", 1.0),
        ("ArrowRight", 1.0),
        ("Home", 0.0),
    ):
        press(tab, key, f"{x:.2f},0.50")
        assert tab.get_attribute("#pad", "aria-valuenow") == f"{100 * x:.0f}"
        assert tab.get_attribute("#pad", "aria-valuetext") == f"{100 * x:.0f}% from seed 0 to seed 1"


def test_two_samples_have_no_up_and_down(open_page):
    tab = open_page("plain")
    said = tab.get_attribute("#pad", "aria-valuetext")
    for _ in range(3):
        tab.locator("#pad").press("ArrowDown")
    assert tab.get_attribute("#pad", "aria-valuetext") == said
    press(tab, "ArrowRight", "0.55,0.50")
    choose(tab, 2)
    press(tab, "ArrowDown", "0.55,0.55")
    assert tab.get_attribute("#pad", "aria-valuetext") == "55% to the right, 55% down"


@pytest.mark.parametrize("model", ["plain", "classes", "attributes"])
def test_in_its_corners_a_blend_is_the_samples(open_page, model):
    tab = open_page(model)
    for index, key in enumerate(("Home", "End")):
        press(tab, key, f"{index}.00,0.50")
        np.testing.assert_array_equal(blended(tab), corner(tab, index))
        np.testing.assert_array_equal(blended(tab), pixels(tab)[index])
    choose(tab, 2, 3)
    for y, key in enumerate(("ArrowUp", "ArrowDown")):
        for _ in range(21):
            tab.locator("#pad").press(key)
        for x, side in enumerate(("Home", "End")):
            press(tab, side, f"{x}.00,{y}.00")
            np.testing.assert_array_equal(blended(tab), corner(tab, 2 * y + x))
            np.testing.assert_array_equal(blended(tab), pixels(tab)[2 * y + x])


@pytest.mark.parametrize(
    ("model", "condition"),
    [("plain", {}), ("classes", {"labels": [1]}), ("attributes", {"attributes": [(0.25, 0.0)]})],
)
def test_between_its_corners_a_blend_is_of_the_latents_and_conditions_there(open_page, folder, model, condition):
    """Seeds 0 and 1 are of the classes 0 and 1, and have the attributes (1, 0) and (0, 0)."""
    tab = open_page(model)
    redraw(tab, lambda: tab.select_option("#weights", "generator_float32.tflite"))
    press(tab, "PageUp", "0.75,0.50")
    exported = ExportedGenerator(folder / model)
    one, two = exported.latents([0, 1])
    one_share, two_share = 0.25, 0.75
    if model != "plain":  # Normal latents are blended along a sphere.
        angle = np.arccos(one @ two / np.linalg.norm(one) / np.linalg.norm(two))
        one_share, two_share = np.sin([0.25 * angle, 0.75 * angle]) / np.sin(angle)
    latents = (one_share * one + two_share * two)[np.newaxis].astype(np.float32)
    given = {name: np.asarray(values, exported.condition.dtype) for name, values in condition.items()}
    drawn = exported.signatures["serving_default"](latents=latents, **given)["images"].numpy()[0]
    assert np.abs(blended(tab) - (drawn + 1) * 127.5).max() <= 1


def test_a_sample_can_be_chosen_once_it_is_drawn(open_page):
    hold = "window.held = []; window.requestAnimationFrame = (callback) => held.push(callback);"
    tab = open_page("plain", script=hold, wait=False)
    tab.wait_for_function("() => held.length", polling=50)  # The first row is drawn.
    buttons = tab.locator("#grid button")
    assert [buttons.nth(index).is_disabled() for index in range(COUNT)] == [False] * 4 + [True] * 12
    assert tab.is_disabled("#download")
    tab.evaluate("document.querySelectorAll('#grid button')[9].click()")
    tab.evaluate("window.requestAnimationFrame = (callback) => setTimeout(callback); held[0]()")
    tab.wait_for_selector("#blended[data-drawn]")
    assert tab.get_attribute("#pad", "aria-valuetext") == "50% from seed 0 to seed 1"


def test_without_samples_there_is_no_blend(open_page):
    tab = open_page("plain")
    assert blended(tab).any()
    choose(tab, 0, 1)
    tab.wait_for_selector("#blended[data-drawn='']")
    assert not blended(tab).any() and tab.locator(".corner:visible").count() == 0
    assert tab.get_attribute("#pad", "aria-disabled") == "true"
    choose(tab, 5)
    tab.wait_for_function("() => document.querySelector('#blended').dataset.drawn !== ''")
    np.testing.assert_array_equal(blended(tab), pixels(tab)[5])
    tab.click("#clear")
    tab.wait_for_selector("#blended[data-drawn='']")
    assert tab.locator("#grid button[aria-pressed=true]").count() == 0


def test_four_samples_are_blended_in_both_directions(open_page):
    tab = open_page("classes")
    choose(tab, 2, 3)
    assert tab.locator("#grid button[aria-pressed=true]").count() == 4
    tab.wait_for_function("() => document.querySelectorAll('.corner')[3].hidden === false")
    press(tab, "ArrowUp", "0.50,0.45")
    image = blended(tab)
    press(tab, "ArrowDown", "0.50,0.50")
    assert not np.array_equal(blended(tab), image)
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


def test_a_download_is_of_the_seed_that_was_typed(open_page, tmp_path):
    tab = open_page("plain")
    with tab.expect_download() as download:
        tab.evaluate("""() => {
          document.querySelector('#seed').value = 100;
          document.querySelector('#seed').dispatchEvent(new Event('change'));
          document.querySelector('#download').click(); // Before anything of it is drawn.
        }""")
    assert download.value.suggested_filename == "plain-seeds-100-115.png"
    download.value.save_as(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        tile = np.asarray(sheet.convert("RGB"))[:16, :16]
    redraw(tab, lambda: (tab.fill("#seed", "99"), tab.press("#seed", "Enter")))
    np.testing.assert_array_equal(tile, pixels(tab)[1])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("model", ["attributes", "texts"])
def test_every_width_and_scheme_fits(open_page, model, width, scheme):
    tab = open_page(model, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, background[4:-1].split(","))) > 384) == (scheme == "light")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"status": 404}, "model/generator_float32.tflite is missing (HTTP 404)"),
        ({"body": "no model"}, "model/generator_float32.tflite cannot be loaded (Failed to load model from buffer)"),
    ],
)
def test_weights_that_cannot_be_loaded_leave_those_in_use(open_page, answer, message):
    tab = open_page("plain")
    told = []

    def fulfill(route):
        told.append(tab.inner_text("#status"))
        route.fulfill(**answer)

    tab.route("**/generator_float32.tflite", fulfill)
    tab.select_option("#weights", "generator_float32.tflite")
    tab.wait_for_selector("#status.error")
    assert told == ["Loading generator_float32.tflite …"]
    assert tab.inner_text("#status") == f"Cannot draw: {message}"
    assert tab.input_value("#weights") == "generator_int8.tflite"
    first = pixels(tab)
    redraw(tab, lambda: tab.click("#next"))
    assert tab.inner_text("#status") == "" and not np.array_equal(pixels(tab), first)
    # The browser notes a missing file by itself, whatever the page does.
    open_page.complaints[:] = [line for line in open_page.complaints if "Failed to load resource" not in line]


def test_a_page_without_its_model_says_what_is_missing(browser, folder, serve, tmp_path):
    shutil.copytree(folder / "plain" / "1" / "web", tmp_path / "web")
    (tmp_path / "web" / "model" / "generator_int8.tflite").unlink()
    tab = browser.new_page()
    tab.goto(serve(tmp_path / "web"))
    tab.wait_for_selector("#status.error")
    assert tab.inner_text("#status") == "Cannot draw: model/generator_int8.tflite is missing (HTTP 404)"
    tab.close()


def texts(tab, selector="#grid .text"):
    return tab.locator(selector).all_inner_texts()


def test_texts_are_those_of_keras(open_page, folder, tmp_path):
    tab = open_page("texts")
    expected = ExportedGenerator(folder / "texts").generate(range(COUNT))
    redraw(tab, lambda: tab.select_option("#weights", "generator_float32.tflite"))
    assert texts(tab) == expected and len(set(expected)) > COUNT / 2
    assert "same texts in every program" in tab.inner_text("#origin")
    assert tab.inner_text("#about").startswith("Makes texts of up to 8 words")
    with tab.expect_download() as download:
        tab.click("#download")
    assert download.value.suggested_filename == "texts-seeds-0-15.txt"
    download.value.save_as(tmp_path / "texts.txt")
    assert (tmp_path / "texts.txt").read_text("utf-8").splitlines() == expected


def test_in_its_corners_a_blend_is_the_texts(open_page):
    tab = open_page("texts")
    for index, key in enumerate(("Home", "End")):
        press(tab, key, f"{index}.00,0.50")
        assert texts(tab, "#blended") == texts(tab)[index : index + 1] == texts(tab, f".corner[data-corner='{index}']")
