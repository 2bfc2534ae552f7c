"""The page for everybody: judged by axe-core, used with the keyboard alone, on a small screen, and
without movement."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect
from stage import pay, scenario, top_up, transfer

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def judge(page, place):
    """In light and in dark, with nothing that is half-way between."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
        lines = [f"{one['id']}: {part['html']} {part['failureSummary']}"
                 for one in found["violations"] for part in one["nodes"]]
        assert not lines, f"{place}, {scheme}:\n" + "\n".join(lines)
        assert len(found["passes"]) > 10, "axe-core has looked at nothing"
    page.emulate_media(color_scheme="light")


@scenario
def judged_sign_in(stage):
    stage.allow("400 (Bad Request)", "401 (Unauthorized)")
    page = stage.open()
    expect(page.locator("#sign-in")).to_be_visible()
    judge(page, "sign-in")
    page.locator("#sign-in-username").fill("nobody.here")
    page.locator("#sign-in-password").fill("not this one")
    page.locator("#sign-in button:not([type])").click()
    expect(page.locator("#sign-in .said")).to_have_text("User name or password is wrong.")
    judge(page, "wrong password")
    page.get_by_role("button", name="New here? Create a wallet").click()
    page.locator("#register button:not([type])").click()
    expect(page.locator("#register [aria-invalid=true]").first).to_be_visible()
    judge(page, "register form with faults")


@scenario
def judged_wallet(stage):
    friend, person = stage.person(), stage.person()
    page = stage.wallet(person)
    judge(page, "empty wallet")
    top_up(page, "50000")
    expect(page.get_by_role("button", name="Simulate payment")).to_be_visible()
    judge(page, "checkout")
    pay(page)
    transfer(page, friend.username, "10.000", "Nasi goreng")
    expect(page.locator("#history-rows tr")).to_have_count(2)
    top_up(page, "20000")
    page.goto(stage.url + "/wallet/")
    expect(page.locator("#top-ups .left")).to_have_text(re.compile(r"\d left"))
    judge(page, "wallet")
    page.emulate_media(color_scheme="dark")
    stage.picture(page, "dark")
    page.set_viewport_size({"width": 1280, "height": 800})
    judge(page, "wallet on a desk")
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_be_visible()
    judge(page, "offline")
    stage.allow("net::ERR_INTERNET_DISCONNECTED", "net::ERR_NETWORK_CHANGED")


@scenario
def keyboard(stage):
    """The whole story up to the payment, with the keyboard alone."""
    page = stage.open(size="desk")
    expect(page.locator("#sign-in-username")).to_be_focused()
    press(page, "[data-show=register]")
    expect(page.locator("#register-email")).to_be_focused()
    username = "k" + stage.person().username
    type_in(page, "#register-email", username + "@example.com")
    type_in(page, "#register-username", username)
    type_in(page, "#register-password", "kuda besar sekali")
    page.keyboard.press("Enter")
    expect(page.locator("#balance")).to_have_text("Rp 0")
    press(page, "#top-up .choice:nth-of-type(2)")
    expect(page.locator("#top-up-amount")).to_have_value("50.000")
    press(page, "#top-up button:not([type])")
    page.wait_for_url(re.compile("/sandbox/web/"))
    reach(page, "button:has-text('Simulate payment')")
    page.keyboard.press("Enter")
    try:
        press(page, "a:has-text('Back to the shop')")
    except Error:
        pass  # it has gone back by itself
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    reach(page, "#transfer-to")


def press(page, selector):
    reach(page, selector)
    page.keyboard.press("Enter")


def type_in(page, selector, text):
    reach(page, selector)
    page.keyboard.type(text)


def reach(page, selector):
    """Goes on with Tab until the element has the focus; that can be seen at each stop."""
    wanted = page.locator(selector)
    expect(wanted).to_be_visible()
    for _ in range(40):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
        # A radio button may show it on its label.
        hidden = page.evaluate("""() => document.activeElement !== document.body &&
            [document.activeElement, document.activeElement.closest("label")].every((part) =>
                !part || getComputedStyle(part).outlineStyle === "none") &&
            document.activeElement.outerHTML""")
        assert not hidden, f"the focus cannot be seen on {hidden}"
    raise AssertionError(f"{selector} cannot be reached with the keyboard")


@scenario
def small_screen(stage):
    """On 320 pixels nothing is cut off and nothing has to be scrolled sideways."""
    stage.allow("400 (Bad Request)")
    friend = stage.person()
    person = stage.person(name="Raden Mas Wiratmojo" + "abcdefgh" * 9)
    page = stage.open(viewport={"width": 320, "height": 640})
    fits(page, "sign-in")
    page.get_by_role("button", name="New here? Create a wallet").click()
    page.locator("#register button:not([type])").click()
    expect(page.locator("#register [aria-invalid=true]").first).to_be_visible()
    fits(page, "register")
    person.receive(stage, 9_999_999)
    page = stage.wallet(person, viewport={"width": 320, "height": 640})
    top_up(page, "9.000.000")
    fits(page, "checkout")
    page.goto(stage.url + "/wallet/")
    transfer(page, friend.username, "1234567", "Donaudampfschifffahrtsgesellschaft" * 4)
    expect(page.locator("#history-rows tr")).to_have_count(2)
    expect(page.locator("#top-ups .state").first).to_be_visible()
    fits(page, "wallet")
    page.screenshot(path=stage.folder / "small-screen.png", full_page=True)
    page.get_by_label("Language").select_option("id")
    fits(page, "wallet in Indonesian")


def fits(page, place):
    wide = page.evaluate("""() => [...document.querySelectorAll("body *:not(.hidden):not(option)")]
        .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
        .filter((part) => !part.closest("thead, .hidden")).map((part) => part.outerHTML)""")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320 and not wide, f"{place} is {width} wide: {wide}"


@scenario
def still(stage):
    """Whoever wants no movement gets none."""
    moving = """() => [...document.querySelectorAll("*")].filter((part) => {
        const style = getComputedStyle(part);
        return style.animationName !== "none" || /[1-9]/.test(style.transitionDuration);
    }).map((part) => part.outerHTML)"""
    page = stage.open(reduced_motion="reduce")
    expect(page.locator("#sign-in")).to_be_visible()
    assert page.evaluate(moving) == []
    page = stage.wallet(stage.person(), reduced_motion="reduce")
    assert page.evaluate(moving) == []
    top_up(page, "50000")
    assert page.evaluate(moving) == []
