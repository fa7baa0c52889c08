"""Debian's Chromium for tests of pages, where it and playwright are installed."""

import importlib.util
import pathlib

import pytest

CHROMIUM = pathlib.Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def _missing():
    if importlib.util.find_spec("playwright") is None:
        return "playwright is missing: pip install playwright"
    return None if CHROMIUM.exists() else f"{CHROMIUM} is missing: apt-get install chromium"


needed = pytest.mark.skipif(_missing() is not None, reason=_missing() or "")


@pytest.fixture(scope="module")
def browser():
    from playwright import sync_api

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=ARGUMENTS)
        yield browser
        browser.close()
