// The web client when something fails: the network, a session, a payment, the provider.

import Support
import Testing

@Suite("When an answer is lost, the page", .enabled(if: Browser.isThere, Browser.reason))
struct NetworkTests {
  @Test("says that it does not know, asks again with the same key, and one top-up is made")
  func topUp() throws { try Browser.perform("lost_top_up") }

  @Test("says that it does not know, asks again with the same key, and money moves once")
  func transfer() throws { try Browser.perform("lost_transfer") }

  @Test("finishes the top-up after it was loaded anew")
  func reloadTopUp() throws { try Browser.perform("reload_top_up") }

  @Test("finishes the transfer after it was loaded anew, and says so once")
  func reloadTransfer() throws { try Browser.perform("reload_transfer") }

  @Test("takes no other network's page for an answer, and money moves once")
  func foreignPage() throws { try Browser.perform("foreign_page") }

  @Test("never asks again in the name of somebody else who has signed in")
  func otherUser() throws { try Browser.perform("other_user") }

  @Test("says that it is offline, and goes on by itself")
  func offline() throws { try Browser.perform("offline") }

  @Test("says that the server is silent, also when it is opened then, and goes on by itself")
  func silentServer() throws { try Browser.perform("silent_server") }
}

@Suite("A session in a browser", .enabled(if: Browser.isThere, Browser.reason))
struct SessionTests {
  @Test("gets its next tokens unseen")
  func refresh() throws { try Browser.perform("refresh") }

  @Test("survives that the answer with its next tokens is lost")
  func lostRefresh() throws { try Browser.perform("lost_refresh") }

  @Test("that was ended elsewhere leads to the sign-in form at once, and nothing is lost")
  func ended() throws { try Browser.perform("ended_session") }

  @Test("that was ended while nobody looked leads to the sign-in form")
  func endedWhileAway() throws { try Browser.perform("ended_while_away") }

  @Test("gives two pages their next tokens at the same moment, and both go on")
  func twoPages() throws { try Browser.perform("two_pages") }

  @Test("ends in all pages with signing out, and leaves nothing to be seen")
  func signOut() throws { try Browser.perform("sign_out") }

  @Test("does not begin with a wrong password, which is said where it was typed")
  func wrongPassword() throws { try Browser.perform("wrong_password") }

  @Test("begins after too many tries when the time that is counted is over")
  func tooManyTries() throws { try Browser.perform("too_many_tries") }
}

@Suite("A payment in a browser", .serialized, .enabled(if: Browser.isThere, Browser.reason))
struct PaymentTests {
  @Test("that comes after its time is shown as late, with its money")
  func late() throws { try Browser.perform("expired_then_paid", disturbing: true) }

  @Test("whose webhook never comes is found all the same")
  func missedWebhook() throws { try Browser.perform("missed_webhook", disturbing: true) }

  @Test("whose invoice was made without an answer is asked for again, and made once")
  func silentProvider() throws { try Browser.perform("provider_silent", disturbing: true) }

  @Test("that the provider refuses is said to be refused, and what was typed stays")
  func refused() throws { try Browser.perform("provider_refuses", disturbing: true) }
}
