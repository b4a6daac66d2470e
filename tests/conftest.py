"""Settings of every test: deterministic hypothesis in CI, and a Chromium that sees no network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.shared_data import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# CI repeats the same examples every time, so that a red run is about the change in hand;
# developers draw new ones. A busy two-core machine must fail nothing by being slow.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", derandomize=True, print_blob=True, **UNHURRIED)
settings.register_profile("developer", print_blob=True, **UNHURRIED)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")

CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",  # root in a container cannot have one; pages here are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a self-contained page may ask for.
OWN = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:", "http://localhost:")


def found_by(script: str) -> str:
    """The path that one of scripts/ prints."""
    done = subprocess.run(
        [PROJECT / "scripts" / script], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"scripts/{script} found nothing to run: {done.stderr.strip()}")
    return done.stdout.strip()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; Playwright gives it a fresh profile folder and removes it.

    One a module, not one a session: while it is open its event loop runs in this thread,
    and another module's `asyncio.run` would be refused.
    """
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", found_by("node"))
    chromium = os.environ.get("CHROMIUM") or found_by("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page of 1280 by 900. The test fails if it asks for anything that is not ours,
    or if its script stops on an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    foreign: list[str] = []
    broken: list[str] = []

    def answer(route, request):
        if request.url.startswith(OWN):
            route.continue_()
        else:
            foreign.append(request.url)
            route.abort()

    context.route("**/*", answer)
    opened = context.new_page()
    opened.on("pageerror", lambda error: broken.append(str(error)))
    yield opened
    context.close()
    assert foreign == [], "the page asked for what it should carry itself"
    assert broken == [], "a script on the page stopped"
