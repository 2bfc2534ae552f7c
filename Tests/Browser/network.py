"""The network fails: answers are lost, the server is silent, the phone is offline. What was wished
for happens once, and the page says at every moment what it knows."""

import re

from playwright.sync_api import expect
from stage import scenario, sign_in, top_up, transfer

UNKNOWN = re.compile("We don't know yet whether this went through")


class Cut:
    """Lets POST requests to a path through, and cuts their answers until it is healed."""

    def __init__(self, page, path, hold=False):
        self.page, self.pattern, self.hold = page, f"**/api/v1{path}", hold
        self.keys, self.answers, self.is_whole = [], [], False
        page.route(self.pattern, self._meet)

    def _meet(self, route):
        if route.request.method != "POST":
            return route.fallback()
        self.keys.append(route.request.headers["idempotency-key"])
        if self.is_whole:
            return route.continue_()
        self.answers.append(route.fetch().status)
        if not self.hold:
            route.abort()

    def heal(self):
        self.is_whole = True

    def check(self):
        """It was asked more than once, with one key."""
        assert len(self.keys) > 1 and len(set(self.keys)) == 1, self.keys
        assert self.answers[0] == 201, self.answers


@scenario
def lost_top_up(stage):
    stage.allow("net::ERR_FAILED")
    person = stage.person()
    page = stage.wallet(person)
    cut = Cut(page, "/payments/wallet-top-ups")
    page.locator("#top-up-amount").fill("50.000")
    page.get_by_role("button", name="To the payment").click()
    expect(page.locator("#top-up .said")).to_have_text(UNKNOWN)
    stage.picture(page, "unknown")
    cut.heal()
    page.wait_for_url(re.compile("/sandbox/web/"))
    cut.check()
    assert len(person.top_ups()) == 1
    assert len(stage.invoices(person.top_ups()[0])) == 1


@scenario
def lost_transfer(stage):
    stage.allow("net::ERR_FAILED")
    person, friend = stage.person(), stage.person()
    person.receive(stage, 50_000)
    page = stage.wallet(person)
    cut = Cut(page, "/wallets/transfers")
    transfer(page, friend.username, "20.000", "Once")
    expect(page.locator("#transfer .said")).to_have_text(UNKNOWN)
    cut.heal()
    said = page.locator("#transfer .said")
    expect(said).to_have_text(f"Rp 20.000 is with {friend.username}.")
    expect(page.locator("#balance")).to_have_text("Rp 30.000")
    cut.check()
    assert person.movements() == ["-20000.00", "50000.00"]
    assert friend.balance() == "20000.00"


@scenario
def other_user(stage):
    """Somebody else signs in while a transfer has no outcome: it is never theirs."""
    stage.allow("net::ERR_FAILED")
    person, friend, other = stage.person(), stage.person(), stage.person()
    person.receive(stage, 50_000)
    other.receive(stage, 70_000)
    page = stage.wallet(person)
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    held = []
    page.route("**/wallets/transfers",
               lambda route: route.continue_() if held else held.append(route))
    transfer(page, friend.username, "20.000", "Secret")
    wait_for(page, lambda: held)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, other)
    expect(page.locator("#balance")).to_have_text("Rp 70.000")
    held[0].abort()
    expect(page.locator("#transfer")).not_to_have_attribute("data-busy", "")
    for field in ("to", "amount", "description"):
        expect(page.locator("#transfer-" + field)).to_have_value("")
    transfer(page, person.username, "1.000")
    expect(page.locator("#transfer .said")).to_have_text(f"Rp 1.000 is with {person.username}.")
    assert (other.movements(), friend.balance()) == (["-1000.00", "70000.00"], "0.00")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, person)
    expect(page.locator("#leftovers")).to_contain_text(f"Rp 20.000 is with {friend.username}.")
    assert friend.balance() == "20000.00"


@scenario
def reload_top_up(stage):
    """The page is loaded anew while the answer is outstanding."""
    person = stage.person()
    page = stage.wallet(person)
    cut = Cut(page, "/payments/wallet-top-ups", hold=True)
    page.locator("#top-up-amount").fill("50.000")
    page.get_by_role("button", name="To the payment").click()
    expect(page.locator("#top-up .said")).to_have_text("One moment …")
    wait_for(page, lambda: cut.answers)
    cut.heal()
    page.reload()
    expect(page.locator("#top-ups .state")).to_have_text("Waiting for your payment")
    wait_for(page, lambda: len(cut.keys) > 1)
    expect(page.locator("#leftovers li")).to_have_count(0)
    cut.check()
    assert len(person.top_ups()) == 1
    page.get_by_role("link", name="Pay: Rp 50.000").click()
    page.wait_for_url(re.compile("/sandbox/web/"))


@scenario
def reload_transfer(stage):
    person, friend = stage.person(), stage.person()
    person.receive(stage, 50_000)
    page = stage.wallet(person)
    cut = Cut(page, "/wallets/transfers", hold=True)
    transfer(page, friend.username, "20.000")
    wait_for(page, lambda: cut.answers)
    cut.heal()
    page.reload()
    expect(page.locator("#leftovers")).to_contain_text(f"Rp 20.000 is with {friend.username}.")
    expect(page.locator("#balance")).to_have_text("Rp 30.000")
    cut.check()
    assert friend.balance() == "20000.00"
    page.reload()
    expect(page.locator("#balance")).to_have_text("Rp 30.000")
    expect(page.locator("#leftovers li")).to_have_count(0)


@scenario
def foreign_page(stage):
    """A hotel's network answers 200 with a page of its own: that is no answer of the server's."""
    person, friend = stage.person(), stage.person()
    person.receive(stage, 50_000)
    page = stage.wallet(person)
    keys = []

    def meet(route):
        keys.append(route.request.headers["idempotency-key"])
        route.fulfill(status=200, content_type="text/plain", body="Please accept our terms")

    page.route("**/wallets/transfers", meet)
    transfer(page, friend.username, "20.000")
    expect(page.locator("#transfer .said")).to_have_text(UNKNOWN)
    assert friend.balance() == "0.00"
    page.unroute("**/wallets/transfers")
    said = page.locator("#transfer .said")
    expect(said).to_have_text(f"Rp 20.000 is with {friend.username}.")
    assert friend.balance() == "20000.00" and len(set(keys)) == 1


@scenario
def offline(stage):
    stage.allow("net::ERR_INTERNET_DISCONNECTED", "net::ERR_NETWORK_CHANGED")
    person, friend = stage.person(), stage.person()
    person.receive(stage, 50_000)
    page = stage.wallet(person)
    line = page.locator("#connection")
    expect(line).to_be_hidden()
    page.context.set_offline(True)
    expect(line).to_have_text("You are offline. This page goes on by itself.")
    transfer(page, friend.username, "20.000")
    expect(page.locator("#transfer .said")).to_have_text(UNKNOWN)
    stage.picture(page, "offline")
    assert friend.balance() == "0.00"
    page.context.set_offline(False)
    expect(line).to_be_hidden()
    said = page.locator("#transfer .said")
    expect(said).to_have_text(f"Rp 20.000 is with {friend.username}.")
    expect(page.locator("#balance")).to_have_text("Rp 30.000")
    assert friend.balance() == "20000.00"


@scenario
def silent_server(stage):
    """It does not answer, and comes back; also for somebody who opens the page meanwhile."""
    stage.allow("net::ERR_FAILED")
    person = stage.person()
    page = stage.wallet(person)
    top_up(page, "50000")
    page.goto(stage.url + "/wallet/")
    expect(page.locator("#balance")).to_have_text("Rp 0")
    line = page.locator("#connection")
    page.route("**/api/**", lambda route: route.abort())
    expect(line).to_have_text("The server does not answer. This page goes on by itself.")
    expect(page.locator("#balance")).to_have_text("Rp 0")
    page.reload()
    expect(line).to_be_visible()
    expect(page.locator("#opening")).to_have_text("One moment …")
    stage.picture(page, "silent-server")
    page.unroute("**/api/**")
    expect(line).to_be_hidden()
    expect(page.locator("#top-ups .state")).to_have_text("Waiting for your payment")


def wait_for(page, condition):
    """Lets the page go on until something is so."""
    for _ in range(400):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("what was waited for did not come")
