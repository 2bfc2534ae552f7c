// A front machine: the programs on a cluster, somebody with wallets, and who brings events of
// payments as stubbornly as Xendit does.

import Foundation
import Programs
import Support

final class Front: Sendable {
  static let wallets = 4
  /// More than are paid in the longest run.
  private static let topUps = 200_000
  let journal: Journal
  let accounts: [Account]
  private let site: Site
  private let provider: Provider
  private let programs: [String: Program]
  private let next = Shared(0)

  /// Makes the tables, a login for each program, wallets, and top-ups that wait to be paid.
  init(on cluster: Cluster) throws {
    let provider = try Provider()
    let site = try Site(["XENDIT_BASE_URL": provider.url, "DATABASE_URL": cluster.url])
    (self.provider, self.site, journal) = (provider, site, try Journal())
    try Self.migrate(cluster)
    accounts = try (1...Self.wallets).map { try cluster.makeAccount("customer\($0)") }
    try cluster.makeTopUps(Self.topUps, of: accounts)
    programs = try Dictionary(
      uniqueKeysWithValues: ["webhook", "wallets", "payments"].map { name in
        try cluster.sql("CREATE ROLE front_\(name) LOGIN IN ROLE dompet_\(name)")
        let environment = ["DATABASE_URL": cluster.url(of: "front_\(name)")]
        let program = try site.start(
          "dompet-\(name)", threads: 16, environment: environment, folder: Cluster.programs)
        return (name, program)
      })
  }

  private static func migrate(_ cluster: Cluster) throws {
    let settings = Stack.environment.merging(["DATABASE_URL": cluster.url]) { $1 }
    let result = try runCommand(
      Cluster.programs + "/dompet", ["migrate"], environment: settings)
    guard result.status == 0 else { throw ClusterFailure(message: result.errors) }
  }

  /// Ends the programs, whoever still holds this object.
  func close() {
    for program in programs.values { program.kill(SIGKILL) }
  }

  /// The number of a payment whose event nobody has brought yet.
  func takePayment() throws -> Int {
    let number = next.withLock { number in
      number += 1
      return number
    }
    guard number <= Self.topUps else { throw ClusterFailure(message: "no payment is left") }
    return number
  }

  /// Brings the event of a payment once, and notes the credit if it was taken.
  func bring(_ number: Int) throws -> Bool {
    let event = Event.paid(invoiceID: "paid-\(number)", reference: Self.reference(number))
    guard ask("webhook", event)?.status == 200 else { return false }
    try journal.record(.credit(invoiceID: "paid-\(number)"))
    return true
  }

  /// Asks for a top-up once, and notes it if it was made.
  func topUp(key: String) throws -> Bool {
    let call = Call(
      "POST", "/api/v1/payments/wallet-top-ups",
      headers: [accounts[0].bearer, ("Idempotency-Key", key)], json: #"{"amount":50000}"#)
    guard let answer = ask("payments", call), answer.status == 201 else { return false }
    try journal.record(.topUp(key: key, reference: answer.string("reference") ?? ""))
    return true
  }

  /// What a wallet's owner sees, in rupiah; nil while there is no answer.
  func balance(of account: Account) -> Int? {
    let answer = ask("wallets", Call("GET", "/api/v1/wallets/me", headers: [account.bearer]))
    guard let answer, answer.status == 200 else { return nil }
    return answer.string("balance").flatMap { Int($0.replacing(".00", with: "")) }
  }

  /// nil when no answer came.
  private func ask(_ name: String, _ call: Call) -> Answer? {
    try? programs[name]?.ask(call)
  }

  private static func reference(_ number: Int) -> String {
    "WTU-20260614-" + String(format: "%016X", number)
  }
}

extension Cluster {
  /// Puts a user, a wallet and a session into the database.
  fileprivate func makeAccount(_ username: String) throws -> Account {
    let account = Account(username: username)
    let now = Int(Date().timeIntervalSince1970) * 1_000_000
    try sql(
      """
      INSERT INTO users (id, email, username, password_hash, created_at, updated_at)
      VALUES ('\(account.id)', '\(username)@example.com', '\(username)', '\(Account.argon2Hash)',
        \(now), \(now));
      INSERT INTO wallets (id, user_id, currency, head, created_at, updated_at)
      VALUES ('\(account.walletID)', '\(account.id)', 'IDR', decode(repeat('00', 32), 'hex'),
        \(now), \(now));
      INSERT INTO sessions (id, user_id, family_digest, refresh_digests, created_at, last_used_at,
        expires_at)
      VALUES ('\(account.sessionID)', '\(account.id)', sha256('\(username)'), sha256('token'),
        \(now), \(now), \(now + 3_600_000_000));
      """)
    return account
  }

  /// Puts so many open top-ups into the database, with the invoices `paid-1` and on, one account
  /// after the other.
  fileprivate func makeTopUps(_ count: Int, of accounts: [Account]) throws {
    for (index, account) in accounts.enumerated() {
      try sql(
        """
        INSERT INTO wallet_top_ups (id, user_id, wallet_id, reference, amount, currency, status,
          invoice_id, invoice_url, created_at, updated_at)
        SELECT '00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'), '\(account.id)',
          '\(account.walletID)', 'WTU-20260614-' || lpad(upper(to_hex(i)), 16, '0'), 50000, 'IDR',
          'PENDING', 'paid-' || i, 'https://pay.example', 1, 1
        FROM generate_series(\(index + 1), \(count), \(accounts.count)) AS i
        """)
    }
  }
}
