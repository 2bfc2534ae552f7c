"""What somebody does with a wallet, from the first visit on."""

import csv
import re
import secrets

from people import Person
from playwright.sync_api import expect
from stage import pay, scenario, top_up, transfer


@scenario
def story_on_a_phone(stage):
    tell_story(stage, "phone")


@scenario
def story_on_a_desk(stage):
    tell_story(stage, "desk")


def tell_story(stage, size):
    friend = stage.person()
    page = stage.open(size=size)
    person = register(stage, page, picture=size == "phone")
    expect(page.locator("#balance")).to_have_text("Rp 0")
    if size == "phone":
        stage.picture(page, "empty-wallet")
    first_money(stage, page, person, picture=size == "phone")
    transfer(page, friend.username, "20000", "Nasi goreng")
    said = page.locator("#transfer .said")
    expect(said).to_have_text(f"Rp 20.000 is with {friend.username}.")
    expect(page.locator("#balance")).to_have_text("Rp 30.000")
    assert (person.balance(), friend.balance()) == ("30000.00", "20000.00")
    if size == "phone":
        stage.picture(page, "transfer")
    read_history(stage, page, person)


def register(stage, page, picture):
    """With mistakes first: each is said where it is, and what was typed stays."""
    page.get_by_role("button", name="New here? Create a wallet").click()
    username, password = "u" + secrets.token_hex(6), "kuda besar " + secrets.token_hex(6)
    page.locator("#register-email").fill("no address")
    page.locator("#register-username").fill("A!")
    page.locator("#register-password").fill("short")
    page.locator("#register button:not([type])").click()
    expect(page.locator("#register [aria-invalid=true]")).to_have_count(3)
    expect(page.locator("#register-email")).to_be_focused()
    assert page.locator("#register-email").input_value() == "no address"
    if picture:
        stage.picture(page, "register-faults")
    stage.allow("400 (Bad Request)")
    page.locator("#register-email").fill(username + "@example.com")
    page.locator("#register-username").fill(username)
    page.locator("#register-name").fill("Ana Wijaya")
    page.locator("#register-password").fill(password)
    page.locator("#register-password").press("Enter")
    expect(page.locator("#balance")).to_be_visible()
    expect(page.locator("#who")).to_have_text("Ana Wijaya")
    return Person(stage.url, username=username, password=password, is_new=False)


def first_money(stage, page, person, picture):
    page.get_by_role("button", name="50.000", exact=True).click()
    page.get_by_role("button", name="To the payment").click()
    page.wait_for_url(re.compile("/sandbox/web/"))
    expect(page.locator("h1")).to_contain_text("Rp 50.000")
    if picture:
        stage.picture(page, "checkout")
        page.goto(stage.url + "/wallet/")
        expect(page.locator("#top-ups .state")).to_have_text("Waiting for your payment")
        expect(page.locator("#top-ups .left")).to_have_text(re.compile(r"\d left"))
        stage.picture(page, "waiting")
        page.get_by_role("link", name="Pay: Rp 50.000").click()
    pay(page)
    expect(page.locator("#news")).to_have_text("Rp 50.000 has arrived in your wallet.")
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    expect(page.locator("#top-ups .state")).to_have_text("Paid")
    assert person.balance() == "50000.00"
    assert [invoice["status"] for invoice in stage.invoices(person.top_ups()[0])] == ["PAID"]
    if picture:
        stage.picture(page, "paid")


def read_history(stage, page, person):
    rows = page.locator("#history-rows tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("−Rp 20.000")
    expect(rows.nth(0)).to_contain_text("Nasi goreng")
    expect(rows.nth(1)).to_contain_text("+Rp 50.000")
    assert person.movements() == ["-20000.00", "50000.00"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download (CSV)").click()
    assert download.value.suggested_filename.endswith(".csv")
    lines = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [line["amount"] for line in lines] == person.movements(), lines
    assert [line["balanceAfter"] for line in lines] == ["30000.00", "50000.00"], lines
    page.locator("#history-type").select_option("TOP_UP")
    expect(rows).to_have_count(1)
    page.locator("#history-type").select_option("")
    expect(rows).to_have_count(2)


@scenario
def long_history(stage):
    """More than a page holds is had by asking for more, each row once."""
    friend, person = stage.person(), stage.person()
    person.receive(stage, 100_000)
    for amount in range(1, 25):
        person.send(friend, amount, f"Number {amount}")
    page = stage.wallet(person)
    rows = page.locator("#history-rows tr")
    expect(rows).to_have_count(20)
    stage.picture(page, "history")
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(25)
    expect(page.locator("#history-more")).to_be_hidden()
    expect(rows.nth(20)).to_be_focused()
    shown = [re.search(r"Rp\s([\d.]+)", row).group(1) for row in rows.all_inner_texts()]
    assert shown == [str(amount) for amount in range(24, 0, -1)] + ["100.000"], shown


@scenario
def double_click(stage):
    person = stage.person()
    page = stage.wallet(person)
    page.locator("#top-up-amount").fill("50.000")
    page.evaluate("""() => {
        const form = document.getElementById("top-up");
        form.requestSubmit();
        form.requestSubmit();
    }""")
    page.wait_for_url(re.compile("/sandbox/web/"))
    page.goto(stage.url + "/wallet/")
    page.locator("#top-up-amount").fill("70.000")
    page.get_by_role("button", name="To the payment").dblclick()
    page.wait_for_url(re.compile("/sandbox/web/"))
    made = person.top_ups()
    assert [one["amount"] for one in made] == ["70000", "50000"], made
    assert [len(stage.invoices(one)) for one in made] == [1, 1]


@scenario
def hostile_text(stage):
    markup = "<img src=x onerror=alert(1)>"
    sender = stage.person(name="<script>alert(2)</script><b>Eve</b>")
    person = stage.person(name=markup)
    sender.receive(stage, 50_000)
    sender.send(person, 10_000, markup)
    page = stage.wallet(person)
    expect(page.locator("#who")).to_have_text(markup)
    expect(page.locator("#history-rows small")).to_have_text(markup)
    assert page.locator("#history-rows img, #who img").count() == 0
    transfer(page, markup, "1", markup)
    expect(page.locator("#transfer-to")).to_have_attribute("aria-invalid", "true")
    stage.allow("400 (Bad Request)")
    other = stage.wallet(sender)
    expect(other.locator("#who")).to_have_text("<script>alert(2)</script><b>Eve</b>")
    expect(other.locator("#history-rows small").first).to_have_text(markup)


@scenario
def two_top_ups(stage):
    """Each waits by itself, and one that is cancelled takes nothing."""
    person = stage.person()
    page = stage.wallet(person)
    for amount in ("20000", "30000"):
        top_up(page, amount)
        page.goto(stage.url + "/wallet/")
    page.get_by_role("button", name="Cancel: Rp 20.000").click()
    states = page.locator("#top-ups .state")
    expect(states).to_have_text(["Waiting for your payment", "Expired. Nothing was taken."])
    assert [one["status"] for one in person.top_ups()] == ["PENDING", "EXPIRED"]
    page.get_by_role("link", name="Pay: Rp 30.000").click()
    pay(page)
    expect(page.locator("#balance")).to_have_text("Rp 30.000")
    assert person.balance() == "30000.00"
