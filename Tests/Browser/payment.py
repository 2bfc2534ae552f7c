"""Payments that do not come as they should: late, unheard, or with an answer that was lost."""

from playwright.sync_api import expect
from stage import come_back, pay, scenario, top_up


@scenario
def expired_then_paid(stage):
    person = stage.person()
    page = stage.wallet(person)
    top_up(page, "50000")
    page.get_by_role("button", name="Let it expire").click()
    come_back(page)
    state = page.locator("#top-ups .state")
    expect(page.locator("#news")).to_have_text(
        "You came back before the payment was complete. Below is how it stands.")
    expect(state).to_have_text("Expired. Nothing was taken.")
    made, = person.top_ups()
    assert made["status"] == "EXPIRED" and person.balance() == "0.00"
    stage.picture(page, "expired")
    invoice, = stage.invoices(made)
    stage.control("POST", "invoices/" + invoice["id"], {"status": "PAID"})
    late = "Rp 50.000 came late, and is in your wallet all the same."
    expect(page.locator("#news")).to_have_text(late)
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    expect(state).to_have_text("Paid")
    assert person.balance() == "50000.00"
    stage.picture(page, "late")


@scenario
def missed_webhook(stage):
    """Disturbs others: no webhook is sent while it runs."""
    person = stage.person()
    page = stage.wallet(person)
    top_up(page, "50000")
    stage.control("PUT", "faults", [{"on": "webhook", "mode": "reset", "times": 1000}])
    try:
        pay(page)
        expect(page.locator("#news")).to_have_text("Rp 50.000 has arrived in your wallet.")
        expect(page.locator("#balance")).to_have_text("Rp 50.000")
        invoice, = stage.invoices(person.top_ups()[0])
        sent = [one for one in stage.control("GET", "webhooks")
                if one["invoice_id"] == invoice["id"]]
        assert sent and all(one["answer"] != "200" for one in sent), sent
        assert person.movements() == ["50000.00"]
    finally:
        stage.control("DELETE", "faults")


@scenario
def provider_silent(stage):
    """Disturbs others: the provider makes invoices and does not answer."""
    stage.allow("503 (Service Unavailable)")
    person = stage.person()
    page = stage.wallet(person)
    stage.control("PUT", "faults", [{"on": "create", "mode": "lost_answer"}])
    page.locator("#top-up-amount").fill("50.000")
    page.get_by_role("button", name="To the payment").click()
    page.wait_for_url("**/sandbox/web/*")
    made, = person.top_ups()
    assert len(stage.invoices(made)) == 1
    pay(page)
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    assert person.movements() == ["50000.00"]


@scenario
def provider_refuses(stage):
    """Disturbs others: the provider wants more than is asked for."""
    stage.allow("502 (Bad Gateway)")
    person = stage.person()
    page = stage.wallet(person)
    stage.control("PUT", "switches", {"minimum_amount": 60_000})
    try:
        page.locator("#top-up-amount").fill("50.000")
        page.get_by_role("button", name="To the payment").click()
        refused = "The payment provider refused this top-up. Nothing was taken."
        expect(page.locator("#top-up .said")).to_have_text(refused)
        expect(page.locator("#top-up-amount")).to_have_value("50.000")
        assert [one["status"] for one in person.top_ups()] == ["FAILED"]
    finally:
        stage.control("DELETE", "switches")
