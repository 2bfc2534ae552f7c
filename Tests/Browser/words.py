"""What the page says, in English and in Indonesian."""

import re
from pathlib import Path

from playwright.sync_api import expect
from stage import pay, scenario, top_up, transfer

WWW = Path(__file__).parents[2] / "nginx" / "www"


@scenario
def indonesian(stage):
    """Another language changes all that is said, and is remembered."""
    known = dictionary(stage)
    friend, person = stage.person(), stage.person()
    page = stage.wallet(person)
    top_up(page, "50000")
    pay(page)
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    top_up(page, "20000")
    page.goto(stage.url + "/wallet/")
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    check_words(page, known, "en", 0)
    page.get_by_label("Language").select_option("id")
    check_words(page, known, "id", 1)
    expect(page.locator("#top-ups .state")).to_have_text(["Menunggu pembayaran Anda", "Lunas"])
    expect(page.locator("#history-rows strong")).to_have_text("Isi saldo")
    expect(page.locator("#balance")).to_have_text("Rp 50.000")
    expect(page.locator("#top-ups .left")).to_have_text(re.compile("^sisa "))
    transfer(page, friend.username, "10.000")
    said = page.locator("#transfer .said")
    expect(said).to_have_text(f"Rp 10.000 sudah diterima {friend.username}.")
    page.reload()
    expect(page.locator("#balance")).to_have_text("Rp 40.000")
    check_words(page, known, "id", 1)
    stage.picture(page, "indonesian")
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("heading", name="Dompet Anda")).to_be_visible()
    other = stage.open(locale="id-ID")
    expect(other.get_by_role("heading", name="Dompet Anda")).to_be_visible()


def check_words(page, known, language, place):
    assert page.evaluate("document.documentElement.lang") == language
    expect(page.get_by_label(known["language"][place])).to_have_value(language)
    shown = page.evaluate("""() => Array.from(document.querySelectorAll("[data-text]"),
        (part) => [part.dataset.text, part.textContent])""")
    wrong = [(key, said) for key, said in shown if said != known[key][place]]
    assert len(shown) > 40 and not wrong, wrong


@scenario
def complete_words(stage):
    """Every word is there in both languages, and used; every use has its word."""
    known = dictionary(stage)
    for key, said in known.items():
        assert len(said) == 2 and all(said), f"{key}: {said}"
        assert said[0] != said[1], f"{key} is the same in both languages"
        marks = [sorted(re.findall(r"\{\d\}", one)) for one in said]
        assert marks[0] == marks[1], f"{key} does not fill in the same"
    page = (WWW / "index.html").read_text()
    scripts = "".join(path.read_text() for path in sorted(WWW.glob("*.js"))
                      if path.name != "words.js")
    used = set(re.findall(r'data-text="(\w+)"', page)) | set(re.findall(r'text\("(\w+)"', scripts))
    assert used <= set(known), used - set(known)
    named = used | set(re.findall(r'"(\w+)"', scripts))
    assert set(known) <= named, f"nobody says {set(known) - named}"


def dictionary(stage):
    """The words of words.js, read by the browser."""
    source = (WWW / "words.js").read_text()
    literal = re.search(r"^const words = (\{.*?^\});", source, re.DOTALL | re.MULTILINE).group(1)
    return stage.browser.new_page().evaluate(f"() => ({literal})")
