"""Signing in, and what becomes of a session: refreshed unseen, ended elsewhere, shared by pages."""

import re

from playwright.sync_api import expect
from stage import change_session, pay, scenario, session, sign_in, top_up, transfer

ENDED = "Your session has ended. Sign in again: nothing is lost."


@scenario
def refresh(stage):
    """A token that is too old, and one that the server refuses, are replaced unseen."""
    stage.allow("401 (Unauthorized)")
    person = stage.person()
    page = stage.wallet(person)
    first = session(page)["refreshToken"]
    change_session(page, goodUntil=0)
    page.reload()
    expect(page.locator("#balance")).to_have_text("Rp 0")
    second = session(page)["refreshToken"]
    assert second != first
    change_session(page, accessToken=session(page)["accessToken"][:-4] + "AAAA")
    top_up(page, "50000")
    page.goto(stage.url + "/wallet/")
    expect(page.locator("#top-ups .state")).to_have_text("Waiting for your payment")
    assert session(page)["refreshToken"] not in (first, second)
    assert len(person.top_ups()) == 1


@scenario
def lost_refresh(stage):
    """The answer to a refresh is lost: it is asked for again before the server takes it ill."""
    stage.allow("net::ERR_FAILED")
    page = stage.wallet(stage.person())
    change_session(page, goodUntil=0)
    lost = []

    def lose_first(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/auth/refresh", lose_first)
    page.reload()
    expect(page.locator("#balance")).to_have_text("Rp 0")
    assert lost == [200], lost


@scenario
def ended_session(stage):
    """Ended elsewhere: the page says so, and after signing in again all is there."""
    stage.allow("401 (Unauthorized)")
    person, friend = stage.person(), stage.person()
    person.receive(stage, 50_000)
    page = stage.wallet(person)
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    person.end_other_sessions()
    change_session(page, goodUntil=0)
    # Nothing but this asks soon: it alone has to find out.
    transfer(page, friend.username, "10.000")
    expect(page.locator("#sign-in .said")).to_have_text(ENDED)
    expect(page.locator("#wallet")).to_be_hidden()
    expect(page.locator("#sign-out")).to_be_hidden()
    stage.picture(page, "ended-session")
    sign_in(page, person)
    expect(page.locator("#leftovers")).to_contain_text(f"Rp 10.000 is with {friend.username}.")
    expect(page.locator("#balance")).to_have_text("Rp 40.000")
    expect(page.locator("#history-rows tr")).to_have_count(2)
    expect(page.locator("#transfer .said")).to_be_empty()
    expect(page.locator("#transfer-amount")).to_have_value("")
    assert friend.balance() == "10000.00"


@scenario
def ended_while_away(stage):
    """The page is opened again when its session has ended."""
    stage.allow("401 (Unauthorized)")
    person = stage.person()
    page = stage.wallet(person)
    person.end_other_sessions()
    change_session(page, goodUntil=0)
    page.reload()
    expect(page.locator("#sign-in .said")).to_have_text(ENDED)
    expect(page.locator("#sign-in-username")).to_be_focused()


@scenario
def two_pages(stage):
    """Two pages of one browser want the next tokens at the same moment, and both go on."""
    person = stage.person()
    page = stage.wallet(person)
    other = page.context.new_page()
    other.goto(stage.url + "/wallet/")
    expect(other.locator("#balance")).to_have_text("Rp 0")
    refreshed = []
    page.context.on("request", lambda asked: refreshed.append(asked)
                    if asked.url.endswith("/auth/refresh") else None)
    # From where nothing runs (nor is an icon), so that neither is interrupted while it asks.
    stage.allow("404 (Not Found)")
    for one in (page, other):
        one.goto(stage.url + "/wallet/style.css")
    change_session(page, goodUntil=0)
    person.receive(stage, 50_000)
    for one in (page, other):
        one.evaluate("setTimeout(() => location.assign('./'), 50)")
    for one in (page, other):
        expect(one.locator("#balance")).to_have_text("Rp 50.000")
    # What one page has stored, the other may see a moment later, and ask again.
    assert 1 <= len(refreshed) <= 2, refreshed
    person.end_other_sessions()
    change_session(page, goodUntil=0)
    stage.allow("401 (Unauthorized)")
    page.reload()
    for one in (page, other):
        expect(one.locator("#sign-in")).to_be_visible()


@scenario
def sign_out(stage):
    """Ends the session at the server and in the browser's other pages; nothing stays to be seen."""
    person, next_person = stage.person(), stage.person()
    page = stage.wallet(person)
    top_up(page, "50000")
    pay(page)
    expect(page.locator("#news")).to_have_text("Rp 50.000 has arrived in your wallet.")
    other = page.context.new_page()
    other.goto(stage.url + "/wallet/")
    expect(other.locator("#balance")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    for one in (page, other):
        expect(one.locator("#sign-in")).to_be_visible()
        expect(one.locator("#sign-in .said")).to_be_empty()
    assert session(page) is None
    assert len(person.ask("GET", "/auth/sessions")["items"]) == 1
    sign_in(other, next_person)
    expect(page.locator("#balance")).to_have_text("Rp 0")
    for one in (page, other):
        expect(one.locator("#news")).to_be_empty()
        expect(one.locator("main")).not_to_contain_text("50.000 has")
        expect(one.locator("#history-rows tr")).to_have_count(0)
        expect(one.locator("#top-ups li")).to_have_count(0)


@scenario
def wrong_password(stage):
    stage.allow("401 (Unauthorized)")
    person = stage.person()
    page = stage.open()
    stage.picture(page, "sign-in")
    page.locator("#sign-in-username").fill(person.username)
    page.locator("#sign-in-password").fill("not this one")
    page.locator("#sign-in-password").press("Enter")
    said = page.locator("#sign-in .said")
    expect(said).to_have_text("User name or password is wrong.")
    expect(page.locator("#sign-in-password")).to_be_focused()
    expect(page.locator("#sign-in-username")).to_have_value(person.username)
    page.locator("#sign-in-password").fill(person.password)
    page.locator("#sign-in-password").press("Enter")
    expect(page.locator("#balance")).to_be_visible()


@scenario
def too_many_tries(stage):
    """The wait is counted, and the button rests for as long."""
    stage.allow("429 (Too Many Requests)")
    person = stage.person()
    page = stage.open()
    person.guess(7)
    sign_in(page, person)
    said, button = page.locator("#sign-in .said"), page.locator("#sign-in button:not([type])")
    expect(said).to_have_text(re.compile(r"^Too many tries\. Wait \d s\.$"))
    expect(button).to_be_disabled()
    stage.picture(page, "too-many-tries")
    before = said.inner_text()
    expect(said).not_to_have_text(before)
    expect(button).to_be_enabled()
    expect(said).to_be_empty()
    button.click()
    expect(page.locator("#balance")).to_be_visible()
