// dompet status, top-up show and event, as an operator runs them beside the programs.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "What an operator looks at",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct StatusTests {
  private let desk: Desk

  init() throws {
    desk = try Desk()
  }

  private func dompet(_ words: String...) throws -> CommandResult {
    try runCommand(Checkout.program("dompet"), words, environment: desk.site.environment)
  }

  private func object(_ text: some StringProtocol) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return json as? [String: Any] ?? [:]
  }

  @Test("says how the house stands, to people and to programs")
  func status() throws {
    try desk.send(Desk.event(amount: "49999", paid: "49999"))
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    let text = try dompet("status").output
    for line in [
      "  for review                         1, 49 999 IDR",
      "  sum of balances                    50 000 IDR",
      "  credits not yet checked at Xendit  1", "  verify                             never",
    ] {
      #expect(text.contains(line + "\n"), "\(text)")
    }
    // A server is backed up, and its log and disk are looked after, with its own tools.
    for name in ["backup", "write-ahead log", "disk left"] {
      #expect(text.contains("\n  \(name)  ") != PostgreSQL.isTried, "\(text)")
    }
    #expect(text.contains("  backup                             never\n") != PostgreSQL.isTried)
    let json = try object(try dompet("status", "--json").output)
    #expect((json["inReview"] as? [String: Any])?["amount"] as? String == "49999")
    #expect((json["wallets"] as? [String: Any])?["count"] as? Int == 1)
    let storage = json["storage"] as? [String: Any] ?? [:]
    #expect(storage["databaseBytes"] as? Int ?? 0 > 0)
    #expect((storage["logBytes"] as? Int ?? 0 > 0) != PostgreSQL.isTried)
    #expect((storage["bytesLeft"] as? Int ?? 0 > 0) != PostgreSQL.isTried)
  }

  @Test("writes it as a page that needs nothing else and lets nobody's words be more than words")
  func page() throws {
    let outcome = "<script>alert(1)</script> & \"x\""
    try desk.site.sql("INSERT INTO maintenance VALUES ('prune', 1, '\(outcome)')")
    let file = desk.site.directory.path + "/status.html"
    let result = try dompet("status", "--html", file)
    #expect(result.status == 0 && result.output == "", "\(result.errors)")
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"))
    #expect(page.contains("name=\"viewport\"") && page.contains("prefers-color-scheme: dark"))
    for word in ["<script", "http", "src=", "url(", "@import", "<link"] {
      #expect(!page.contains(word), "\(word)")
    }
    let nowhere = try dompet("status", "--html", "/nowhere/status.html")
    #expect(nowhere.status == 1 && nowhere.errors.contains("is not written"))
  }

  @Test("tells the story of a top-up")
  func story() throws {
    try desk.send(Desk.event(amount: "49999", paid: "49999"))
    try desk.send(Desk.event())
    for name in [TopUpSample.reference, TopUpSample.invoiceID] {
      let lines = try dompet("top-up", "show", name).output.split(separator: "\n")
      let story = lines.filter { $0.contains(/^\d{4}-/) }
      let words = story.map { $0.split(separator: " ")[1] }
      #expect(words == ["asked:", "event:", "event:", "credited:"], "\(lines)")
    }
    let json = try object(try dompet("top-up", "show", TopUpSample.reference, "--json").output)
    #expect(json["status"] as? String == "PAID")
    #expect((json["story"] as? [[String: Any]])?.count == 4)
    let nobody = try dompet("top-up", "show", "WTU-\u{1B}")
    #expect(nobody.status == 1 && nobody.errors.contains("there is no top-up WTU-?"))
  }

  @Test("lists events by state and time, and shows one with its body")
  func events() throws {
    try desk.send(Desk.event(amount: "49999", paid: "49999"))
    try desk.send("{\u{1B}[2J\n\u{7}")
    try desk.send(Desk.event(reference: "order-17"))
    func ids(_ words: String...) throws -> [Int] {
      let result = try runCommand(
        Checkout.program("dompet"), ["event", "list", "--json"] + words,
        environment: desk.site.environment)
      return try result.output.split(separator: "\n").compactMap { try object($0)["id"] as? Int }
    }
    #expect(try ids() == [3, 2, 1])
    #expect(try ids("--state", "review") == [2, 1])
    #expect(try ids("--state", "foreign", "--limit", "1") == [3])
    #expect(try ids("--since", "2100-01-01T00:00:00Z") == [])
    #expect(try ids("--since", "2020-01-01T00:00:00Z", "--limit", "2") == [3, 2])
    #expect(try dompet("event", "list").output.hasPrefix("ID  RECEIVED"))
    #expect(try dompet("event", "list", "--state", "odd").status == 64)
    #expect(try dompet("event", "list", "--limit", "0").status == 64)
    #expect(try dompet("event", "show", "2").output.hasSuffix("\n\n{?[2J\n?\n"))
    let json = try object(try dompet("event", "show", "1", "--json").output)
    #expect(json["body"] as? String == Desk.event(amount: "49999", paid: "49999"))
    let nobody = try dompet("event", "show", "9")
    #expect(nobody.status == 1 && nobody.errors.contains("there is no event 9"))
  }

  @Test("judges an event again when what was missing has come, and credits it once")
  func replay() throws {
    let reference = "WTU-20260614-1111111111111111"
    try desk.send(Desk.event(id: "early", reference: reference))
    let before = try dompet("event", "replay", "1")
    #expect(before.status == 1 && before.output.contains("no top-up has this reference"))
    try desk.site.makeTopUp(of: desk.account, reference: reference, invoiceID: nil)
    let first = try dompet("event", "replay", "1")
    #expect(first.status == 0 && first.output == "event 1: its payment is credited now\n")
    let again = try dompet("event", "replay", "1")
    #expect(again.status == 0 && again.output == "event 1: nothing to do: it is settled\n")
    #expect(try desk.account.balance(in: desk.site) == 50_000)
    let result = try dompet("verify")
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("does not judge again what is no event, nor credit what Xendit has denied")
  func noReplay() throws {
    try desk.send("{")
    let noise = try dompet("event", "replay", "1")
    #expect(noise.status == 1 && noise.errors.contains("is no report on an invoice"))
    try desk.send(Desk.event())
    #expect(try dompet("event", "replay", "2").output.contains("it is settled"))
    try desk.site.makeTopUp(
      of: desk.account, reference: "WTU-20260614-2222222222222222", invoiceID: nil)
    let denied = Desk.event(id: "denied", reference: "WTU-20260614-3333333333333333")
    try desk.send(denied)
    try desk.site.sql(
      "UPDATE webhook_events SET reason = 'it was reported as paid, but is not so at the provider'"
        + " WHERE id = 3")
    try desk.site.makeTopUp(
      of: desk.account, reference: "WTU-20260614-3333333333333333", invoiceID: nil)
    #expect(try dompet("event", "replay", "3").output.contains("it waits for Xendit's word"))
    #expect(try desk.account.balance(in: desk.site) == 50_000)
    #expect(try desk.journal()[2] == "waiting|")
  }
}
