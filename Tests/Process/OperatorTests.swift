// dompet review, adjust and reverse, as an operator runs them beside the programs.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "The operator's commands",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct OperatorTests {
  private let desk: Desk

  init() throws {
    desk = try Desk()
  }

  @Test("list what waits, for people and for programs")
  func list() throws {
    #expect(try dompet("review").output == "nothing waits for review\n")
    try desk.send(Desk.event(amount: "49999", paid: "49999"))
    try desk.send("{\u{1B}[2J")
    let lines = try dompet("review").output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("ID  AGE"))
    #expect(lines[1].contains("49999 IDR") && lines[1].hasSuffix(TopUpSample.invoiceID))
    #expect(lines[2].contains("the body is not an invoice event"))
    let objects = try dompet("review", "--json").output.split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
    #expect(objects.count == 2)
    #expect(objects[0]?["amount"] as? String == "49999")
    #expect(objects[0]?["body"] as? String == Desk.event(amount: "49999", paid: "49999"))
    #expect(objects[1]?["invoiceId"] is NSNull)
  }

  @Test("credit an event once; the webhook that brings it again gets 200 and changes nothing")
  func credit() throws {
    let body = Desk.event(amount: "49999", paid: "49999")
    #expect(try desk.send(body).status == 400)
    let words = ["review", "resolve", "1", "--credit", desk.account.walletID, "--reason", "seen"]
    let first = try dompet(words)
    #expect(first.status == 0 && first.output.hasPrefix("done: event 1"), "\(first.errors)")
    let again = try dompet(words)
    #expect(again.status == 0 && again.output.hasPrefix("done before: event 1"))
    let other = try dompet("review", "resolve", "1", "--dismiss", "--reason", "seen")
    #expect(other.status == 1 && other.errors.contains("it was credited to wallet"))
    desk.expectReceived(try desk.send(body), credited: false, "PAID")
    #expect(try desk.books() == ["PENDING|49999|1"])
    #expect(try dompet("review").output == "nothing waits for review\n")
    try expectAllIsWell()
  }

  @Test("dismiss an event that nobody can read; it is 200 when it comes again")
  func dismiss() throws {
    #expect(try desk.send("{").status == 400)
    let credit = ["review", "resolve", "1", "--credit", desk.account.walletID, "--reason", "x"]
    #expect(try dompet(credit).status == 1)
    #expect(try dompet("review", "resolve", "1", "--dismiss", "--reason", "noise").status == 0)
    let answer = try desk.send("{")
    #expect(answer.status == 200)
    #expect(answer.text == #"{"received":true,"credited":false,"status":null}"#)
    #expect(try desk.journal() == ["resolved|the body is not an invoice event"])
    try expectAllIsWell()
  }

  @Test("adjust once for each key, and reverse once")
  func adjust() throws {
    let words = ["adjust", "budi.santoso", "50000", "--reason", "a gift", "--key", "gift-1"]
    #expect(try dompet(words).output.hasPrefix("done: transaction \(desk.account.walletID)-1,"))
    #expect(try dompet(words).output.hasPrefix("done before: "))
    #expect(try dompet("adjust", desk.account.id, "-20000", "--reason", "a fee").status == 0)
    let reverse = ["reverse", "\(desk.account.walletID)-2", "--reason", "no fee"]
    #expect(try dompet(reverse).output.hasPrefix("done: transaction \(desk.account.walletID)-3,"))
    #expect(try dompet(reverse).output.hasPrefix("done before: "))
    #expect(try desk.account.balance(in: desk.site) == 50_000)
    try expectAllIsWell()
  }

  @Test("let a balance fall below zero only with --allow-negative; a payment then still arrives")
  func overdraft() throws {
    let words = ["adjust", "budi.santoso", "-60000", "--reason", "paid out twice"]
    let refused = try dompet(words)
    #expect(refused.status == 1 && refused.errors.contains("--allow-negative"))
    #expect(try dompet(words + ["--allow-negative"]).status == 0)
    desk.expectReceived(try desk.send(Desk.event()), credited: true, "PAID")
    #expect(try desk.account.balance(in: desk.site) == -10_000)
    try expectAllIsWell()
  }

  @Test("do it once when eight do the same at once")
  func concurrency() throws {
    try desk.send(Desk.event(amount: "49999", paid: "49999"))
    let commands = [
      ["review", "resolve", "1", "--credit", desk.account.walletID, "--reason", "seen"],
      ["adjust", "budi.santoso", "1", "--reason", "a gift", "--key", "gift-1"],
    ]
    for command in commands {
      let outputs = Shared<[String]>([])
      let environment = desk.site.environment.merging(["USER": "ana"]) { $1 }
      inThreads(8) { _ in
        let result = try? runCommand(
          Checkout.program("dompet"), command, environment: environment)
        outputs.withLock { $0.append(result?.output ?? "") }
      }
      #expect(outputs.withLock { $0 }.count { $0.hasPrefix("done: ") } == 1)
      #expect(outputs.withLock { $0 }.count { $0.hasPrefix("done before: ") } == 7)
    }
    #expect(try desk.books() == ["PENDING|50000|2"])
    try expectAllIsWell()
  }

  @Test("write down who did it: --operator, else SUDO_USER, else USER, else nothing is done")
  func name() throws {
    let words = ["adjust", "budi.santoso", "1", "--reason", "a gift"]
    let both = ["SUDO_USER": "siti", "USER": "root"]
    #expect(try dompet(words + ["--operator", "dewi"], names: both).status == 0)
    #expect(try dompet(words, names: both).status == 0)
    #expect(try dompet(words, names: ["SUDO_USER": "", "USER": "budi"]).status == 0)
    #expect(try dompet(words, names: [:]).status == 64)
    #expect(try dompet(words, names: ["USER": "not a name"]).status == 64)
    #expect(try dompet(words + ["--operator", ""], names: both).status == 64)
    let rows = try desk.site.sql(
      "SELECT counterparty FROM wallet_transactions ORDER BY sequence")
    #expect(rows == ["operator:dewi", "operator:siti", "operator:budi"])
  }

  @Test("exit with 64 when they are not understood", withoutStore, arguments: misuses)
  func misuse(words: String) throws {
    let result = try dompet(words.split(separator: " ").map(String.init))
    #expect(result.status == 64 && result.errors.contains("Usage: "))
    #expect(try desk.site.number("SELECT count(*) FROM wallet_transactions") == 0)
  }

  @Test("exit with 1 and say why when it cannot be done", arguments: refusals)
  func refused(words: String, reason: String) throws {
    let result = try dompet(words.split(separator: " ").map(String.init))
    #expect(result.status == 1 && result.errors.contains("nothing was changed: \(reason)"))
    #expect(try desk.site.number("SELECT count(*) FROM wallet_transactions") == 0)
  }

  @Test("exit with 78 when there is no database")
  func noDatabase() throws {
    let result = try runCommand(
      Checkout.program("dompet"), ["adjust", "budi.santoso", "1", "--reason", "x"],
      environment: Site().environment.merging(["USER": "ana"]) { $1 })
    #expect(result.status == 78)
  }

  private func dompet(_ words: String...) throws -> CommandResult { try dompet(words) }

  private func dompet(
    _ words: [String], names: [String: String] = ["USER": "ana"]
  ) throws -> CommandResult {
    try runCommand(
      Checkout.program("dompet"), words,
      environment: desk.site.environment.merging(names) { $1 })
  }

  private func expectAllIsWell(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let result = try dompet("verify")
    #expect(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
  }
}

private let someID = "01a204a6-8ffb-74f5-8b96-cf2cf71a7759"

private let misuses = [
  "adjust", "adjust budi.santoso", "adjust budi.santoso 5", "adjust budi.santoso --reason x",
  "adjust budi.santoso 5e4 --reason x", "adjust budi.santoso 5.00 --reason x",
  "adjust budi.santoso 9223372036854775808 --reason x", "adjust budi.santoso 5 6 --reason x",
  "adjust budi.santoso 5 --raeson x", "adjust budi.santoso 5 --reason x --key \u{e9}",
  "reverse \(someID) --reason x", "reverse \(someID)-0 --reason x", "reverse \(someID)-1",
  "review resolve 1 --reason x", "review resolve 1 --dismiss",
  "review resolve 1 --dismiss --credit \(someID) --reason x",
  "review resolve one --dismiss --reason x", "review resolve 1 --credit me --reason x",
]

private let refusals = [
  ("adjust nobody 5 --reason x", "there is no user nobody."),
  ("adjust budi.santoso 0 --reason x", "an adjustment by 0 changes nothing."),
  ("adjust budi.santoso -1 --reason x", "the balance would fall below zero."),
  ("reverse \(someID)-1 --reason x", "there is no transaction \(someID)-1."),
  ("review resolve 1 --dismiss --reason x", "there is no event 1."),
]
