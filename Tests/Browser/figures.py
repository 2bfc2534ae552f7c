"""What a visit costs, measured; the figures are printed."""

from playwright.sync_api import expect
from stage import change_session, scenario

TRANSFER_BYTES_MAX = 60_000
SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((shift) => ({
        value: shift.value, parts: shift.sources.map(({ node }) => node?.outerHTML ?? "?"),
    })))).observe({ type: "layout-shift", buffered: true });
"""


@scenario
def first_visit(stage):
    """All that comes over the wire, headers included, counted by the browser."""
    page = stage.open(place="/healthz", size="phone")
    counted = page.context.new_cdp_session(page)
    counted.send("Network.enable")
    sizes = []
    counted.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.goto(stage.url + "/wallet/")
    expect(page.locator("#sign-in")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < TRANSFER_BYTES_MAX, sizes
    blocking = page.evaluate("""() => performance.getEntriesByType("resource").filter((one) =>
        one.renderBlockingStatus === "blocking" && one.initiatorType !== "link")
        .map((one) => one.name)""")
    assert blocking == [], blocking
    stage.figures.append(f"first visit: {sum(sizes) / 1000:.1f} kB in {len(sizes)} requests, "
                         f"first paint after {first_paint(page)} ms")


def first_paint(page):
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    return round(page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"))


@scenario
def no_shifts(stage):
    """Nothing moves under a reader's finger while a page loads."""
    for size in ("phone", "desk"):
        page = stage.open(size=size, script=SHIFTS)
        expect(page.locator("#sign-in")).to_be_visible()
        check_shifts(page, f"sign-in on a {size}")
    friend, person = stage.person(), stage.person(name="Ana Wijaya")
    person.receive(stage, 50_000)
    person.send(friend, 10_000)
    for size in ("phone", "desk"):
        page = stage.wallet(person, size=size, script=SHIFTS)
        page.reload()
        expect(page.locator("#balance")).to_have_text("Rp 40.000")
        expect(page.locator("#history-rows tr")).to_have_count(2)
        check_shifts(page, f"wallet on a {size}")
        paint = first_paint(page)
        stage.figures.append(f"the wallet again, on a {size}: first paint after {paint} ms")
        change_session(page, goodUntil=0)
        page.reload()
        expect(page.locator("#balance")).to_have_text("Rp 40.000")
        check_shifts(page, f"wallet with a refresh, on a {size}")


def check_shifts(page, place):
    # Shifts are told when a frame is done.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    shifts = page.evaluate("window.shifts")
    assert shifts == [], f"{place}: {shifts}"
