// What somebody does with the web client when everything works, or takes only a moment longer.

import Support
import Testing

@Suite("Somebody with a browser", .enabled(if: Browser.isThere, Browser.reason))
struct WalletTests {
  @Test("registers, tops up, pays, sends, reads the history and downloads it, on a phone")
  func phone() throws { try Browser.perform("story_on_a_phone") }

  @Test("registers, tops up, pays, sends, reads the history and downloads it, at a desk")
  func desk() throws { try Browser.perform("story_on_a_desk") }

  @Test("reads a history of more than one page, each row once")
  func history() throws { try Browser.perform("long_history") }

  @Test("presses twice and has one top-up")
  func doubleClick() throws { try Browser.perform("double_click") }

  @Test("has two top-ups at once, cancels one and pays the other")
  func twoTopUps() throws { try Browser.perform("two_top_ups") }

  @Test("reads HTML in a name or a note as text")
  func hostileText() throws { try Browser.perform("hostile_text") }

  @Test("changes the language of all that is said, for the next visit too")
  func language() throws { try Browser.perform("indonesian") }

  @Test("finds every word in both languages")
  func words() throws { try Browser.perform("complete_words") }

  @Test("loads little, from here alone, and waits for no script")
  func firstVisit() throws { try Browser.perform("first_visit") }

  @Test("sees nothing move while a page loads")
  func shifts() throws { try Browser.perform("no_shifts") }
}

@Suite("Everybody with a browser", .enabled(if: Browser.isThere, Browser.reason))
struct AccessTests {
  @Test("can sign in and register by the rules of axe-core, in light and dark")
  func signIn() throws { try Browser.perform("judged_sign_in") }

  @Test("can use wallet and checkout by the rules of axe-core, in light and dark")
  func wallet() throws { try Browser.perform("judged_wallet") }

  @Test("can do all with the keyboard, and sees where it is")
  func keyboard() throws { try Browser.perform("keyboard") }

  @Test("can read all on 320 pixels without scrolling sideways")
  func smallScreen() throws { try Browser.perform("small_screen") }

  @Test("is spared movement when they want none")
  func still() throws { try Browser.perform("still") }
}
