// The programs on one database, without nginx: somebody who tops up, a provider that works, and
// events of payments. What a fault test makes go wrong is the place where the database lies.

import Foundation
import Programs
import Support
import Testing

final class Office: Sendable {
  let site: Site
  let account: Account
  let journal: Journal
  private let sockets: TemporaryDirectory
  let provider: Provider
  private let listeners: [String: Listener]
  private let programs: Shared<[String: Program]>
  private let environment: [String: String]

  /// - Parameters:
  ///   - topUps: how many wait to be paid.
  ///   - environment: more of it for each program.
  ///   - prepare: makes the folder of the database ready, before anything lies in it.
  init(
    topUps: Int, environment: [String: String] = [:],
    prepare: (String) throws -> Void = { _ in }
  ) throws {
    self.environment = environment
    sockets = try TemporaryDirectory()
    provider = try Provider()
    site = try Site(["XENDIT_BASE_URL": provider.url])
    journal = try Journal()
    try prepare(site.directory.path)
    let names = ["dompet-webhook", "dompet-payments", "dompet-wallets"]
    let folder = sockets.path
    listeners = Dictionary(
      uniqueKeysWithValues: try names.map { ($0, try Listener(path: "\(folder)/\($0)")) })
    let started = try Self.start(listeners, on: site, environment)
    programs = Shared(started)
    account = try site.makeAccount()
    try site.makeTopUps(topUps, of: account)
  }

  /// Ends the programs, lets something happen to their folder, and starts them anew.
  func restart(after change: () throws -> Void) throws {
    for program in programs.withLock({ Array($0.values) }) {
      program.kill(SIGKILL)
      _ = program.wait()
    }
    try change()
    let started = try Self.start(listeners, on: site, environment)
    programs.withLock { $0 = started }
  }

  private static func start(
    _ listeners: [String: Listener], on site: Site, _ environment: [String: String]
  ) throws -> [String: Program] {
    Dictionary(
      uniqueKeysWithValues: try listeners.map { name, listener in
        (
          name,
          try site.start(name, threads: 16, environment: environment, listener: listener)
        )
      })
  }

  /// Brings the event of one payment, and notes what was promised.
  func pay(_ number: Int) throws -> Answer {
    let answer = try ask(
      "dompet-webhook",
      Event.paid(invoiceID: "paid-\(number)", reference: Site.reference(number)))
    if answer.status == 200 { try journal.record(.credit(invoiceID: "paid-\(number)")) }
    return answer
  }

  /// Brings any event, and notes the credit that it was answered with.
  /// - Parameter mark: more members of the event.
  func bring(_ status: String, of number: Int, mark: String) throws -> Answer {
    let event = Event.of(
      status, invoiceID: "paid-\(number)", reference: Site.reference(number), mark: mark)
    let answer = try ask("dompet-webhook", event)
    if answer.json["credited"] as? Bool == true {
      try journal.record(.credit(invoiceID: "paid-\(number)"))
    }
    return answer
  }

  func readBalance() throws -> Answer {
    try ask("dompet-wallets", Call("GET", "/api/v1/wallets/me", headers: [account.bearer]))
  }

  /// - Parameter token: of the account; nil for a fresh one.
  func topUp(key: String, token: String? = nil) throws -> Answer {
    let answer = try ask(
      "dompet-payments",
      Call(
        "POST", "/api/v1/payments/wallet-top-ups",
        headers: [
          ("Authorization", "Bearer \(token ?? account.token())"), ("Idempotency-Key", key),
        ], json: #"{"amount":50000}"#))
    if answer.status == 201 {
      try journal.record(.topUp(key: key, reference: answer.string("reference") ?? ""))
    }
    return answer
  }

  private func ask(_ name: String, _ call: Call) throws -> Answer {
    guard let listener = listeners[name] else { throw CheckerFailure(message: "no \(name)") }
    return try listener.ask(call)
  }

  /// How much the write-ahead log takes on the disk.
  var logBytes: Int {
    let path = site.directory.path + "/dompet.db-wal"
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return size ?? 0
  }

  /// After a fault: a new top-up goes through before long, all events are taken that
  /// were not, and nothing is lost, doubled or half.
  func expectWell(_ fault: String, tried: Int, topUps: Int, control: String = "-") throws {
    let begin = DispatchTime.now()
    while try topUp(key: "afterwards").status != 201 {
      try #require(DispatchTime.now() < begin + 60, "a new top-up goes through")
      usleep(100_000)
    }
    let promised = Set(journal.promises)
    for number in 1...topUps where !promised.contains(.credit(invoiceID: "paid-\(number)")) {
      #expect(try pay(number).status == 200)
    }
    let verdict = try Checker(url: site.url)
      .verdict(on: journal.promises)
    #expect(verdict.isClean, "\(verdict)")
    #expect(try account.balance(in: site) == topUps * 50_000)
    Report.fault(
      fault, tried: tried, lost: verdict.lost.count, doubled: verdict.doubled.count,
      control: control)
  }
}

/// Expects the one answer of a store that cannot write now.
func expectBusy(_ answer: Answer, location: SourceLocation = #_sourceLocation) {
  #expect(answer.status == 503, "\(answer.text)", sourceLocation: location)
  #expect(answer.header("retry-after") != nil, sourceLocation: location)
  #expect(
    answer.header("content-type") == "application/problem+json", sourceLocation: location)
}

extension Site {
  static func reference(_ number: Int) -> String {
    "WTU-20260614-" + String(format: "%016d", number)
  }

  /// Puts so many open top-ups into the database, with the invoices `paid-1` and on.
  func makeTopUps(_ count: Int, of account: Account) throws {
    try sql(
      """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
      INSERT INTO wallet_top_ups (id, user_id, wallet_id, reference, amount, currency, status,
        invoice_id, invoice_url, created_at, updated_at)
      SELECT '00000000-0000-7000-8000-' || \(Shell.padded("i", to: 12)),
        '\(account.id)', '\(account.walletID)',
        'WTU-20260614-' || \(Shell.padded("i", to: 16)),
        50000, 'IDR', 'PENDING',
        'paid-' || i, 'https://pay.example', 1, 1 FROM n
      """)
  }
}
