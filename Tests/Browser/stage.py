"""What every scenario stands on: a browser, pages that are watched, the sandbox's control
interface, and pictures for a person to look at."""

import json
import re
import traceback
import urllib.error

from people import Person, call
from playwright.sync_api import Error, expect, sync_playwright

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 800}}
# Nothing is decided by time: this is how long may be waited for what shall be seen.
PATIENCE_MILLISECONDS = 40_000

# All there are, by their names.
SCENARIOS = {}


def scenario(work):
    """Marks what scenarios.py can run."""
    SCENARIOS[work.__name__] = work
    return work


class Stage:
    """One browser before one running product. Whatever a page complains about is kept."""

    def __init__(self, browser, url, folder):
        self.browser, self.url, self.folder = browser, url.rstrip("/"), folder
        self.troubles, self.heard, self.allowed, self.figures = [], [], [], []

    def person(self, **facts):
        return Person(self.url, **facts)

    def open(self, place="/wallet/", size="phone", script=None, **options):
        """A page in a browser profile of its own."""
        mobile = {"is_mobile": True, "has_touch": True} if size == "phone" else {}
        options = {"viewport": SIZES[size], "locale": "en-GB", "timezone_id": "Asia/Jakarta",
                   **mobile, **options}
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.on("page", self._watch)
        context.on("request", self._see)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(self.url + place)
        return page

    def wallet(self, person, **options):
        """The wallet of somebody who has just signed in."""
        page = self.open(**options)
        sign_in(page, person)
        expect(page.locator("#balance")).to_be_visible()
        return page

    def allow(self, *causes):
        """A scenario that makes requests fail says which failures the console may show."""
        self.allowed += causes

    def _watch(self, page):
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"uncaught: {error}"))
        page.on("dialog", self._refuse)

    def _refuse(self, dialog):
        self.troubles.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _hear(self, message):
        if message.type not in ("error", "warning"):
            return
        self.heard.append(f"console: {message.text} ({message.location.get('url')})")

    def complaints(self):
        """All that no page should have said."""
        failed = "console: Failed to load resource: "
        return self.troubles + [
            line for line in self.heard
            if not (line.startswith(failed) and any(cause in line for cause in self.allowed))]

    def _see(self, request):
        if not request.url.startswith((self.url + "/", "blob:" + self.url)):
            self.troubles.append(f"loaded from elsewhere: {request.url}")

    def picture(self, page, name):
        """As it looks on a phone and on a desk."""
        before = page.viewport_size
        for kind, size in SIZES.items():
            page.set_viewport_size(size)
            # As high as all that is there: what is fixed to the foot of the page stays there.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**size, "height": max(height, size["height"])})
            page.screenshot(path=self.folder / f"{name}-{kind}.png")
        page.set_viewport_size(before)

    def control(self, method, path, body=None):
        """The sandbox's control interface."""
        return call(method, f"{self.url}/sandbox/control/{path}", body)

    def invoices(self, top_up):
        """What the provider has for a top-up."""
        found = self.control("GET", "invoices")
        return [one for one in found if one["external_id"] == top_up["reference"]]


def perform(name, url, folder):
    """Runs a scenario, and gives what was wrong: nothing, or lines to read."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        stage = Stage(browser, url, folder)
        try:
            SCENARIOS[name](stage)
        except (AssertionError, Error, urllib.error.HTTPError):
            stage.troubles.append(traceback.format_exc(limit=-4))
            for number, page in enumerate(all_pages(browser)):
                page.screenshot(path=folder / f"failed-{name}-{number}.png", full_page=True)
        finally:
            browser.close()
    for figure in stage.figures:
        print(figure)
    return stage.complaints()


def all_pages(browser):
    return [page for context in browser.contexts for page in context.pages]


def sign_in(page, person):
    page.locator("#sign-in-username").fill(person.username)
    page.locator("#sign-in-password").fill(person.password)
    page.locator("#sign-in button:not([type])").click()


def top_up(page, amount):
    """Asks for a top-up and goes to its checkout page."""
    page.locator("#top-up-amount").fill(amount)
    page.get_by_role("button", name="To the payment").click()
    page.wait_for_url(re.compile("/sandbox/web/"))


def pay(page):
    """Pays on the checkout page and comes back."""
    page.get_by_role("button", name="Simulate payment").click()
    come_back(page)


def come_back(page):
    """By the link, unless the checkout page is faster: it may go back by itself."""
    link = page.get_by_role("link", name="Back to the shop")
    try:
        link.or_(page.locator("#balance")).first.wait_for(state="attached")
        if link.count():
            link.click(timeout=5000)
    except Error:
        pass
    page.wait_for_url(re.compile("/wallet/"))


def transfer(page, to, amount, note=""):
    page.locator("#transfer-to").fill(to)
    page.locator("#transfer-amount").fill(amount)
    page.locator("#transfer-description").fill(note)
    page.locator("#transfer button").click()


def session(page):
    """What the client remembers of its session."""
    return json.loads(page.evaluate("localStorage.getItem('dompet.session')") or "null")


def change_session(page, **members):
    page.evaluate(
        """(members) => localStorage.setItem("dompet.session", JSON.stringify(
          {...JSON.parse(localStorage.getItem("dompet.session")), ...members}))""", members)
