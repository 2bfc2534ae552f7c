// What ledger-seed writes, through the ledger's own functions: every row is as a program would have
// left it, hashes and all, but for the provider's events, which are left out.
//
// Payments come in time's order, three seconds apart up to now. One user after the other tops up
// ten times, all of them again and again, so that what is written together lies together: else the
// largest ledgers would take hours.

import Crypto
import Domain
import Glibc
import Ledger
import Schema
import Storage

/// Gives the exit status.
func run(arguments: [String]) -> Int32 {
  let numbers = arguments.dropFirst(2).compactMap { Int($0) }.filter { $0 >= 0 }
  do {
    switch (arguments.count, arguments.dropFirst().first) {
    case (5, "--hand-out"?):
      guard let count = numbers.last, count > 0 else { return usage() }
      return try handOut(count, of: arguments[2], to: arguments[3])
    case (5, let path?):
      guard numbers.count == 3, numbers[0] > 0 else { return usage() }
      try fill(path, users: numbers[0], paid: numbers[1], open: numbers[2])
      return 0
    default: return usage()
    }
  } catch {
    print("ledger-seed: \(error)")
    return 1
  }
}

private func usage() -> Int32 {
  print("Usage: ledger-seed DATABASE USERS TRANSACTIONS OPEN")
  print("       ledger-seed --hand-out DATABASE DIRECTORY COUNT")
  return 64
}

private func opened(_ path: String) throws -> SQLiteDatabase {
  try SQLiteDatabase(path: path, migrations: Schema.migrations, mode: .service)
}

private func fill(_ path: String, users: Int, paid: Int, open: Int) throws {
  let database = try opened(path)
  let begin = currentTime().adding(seconds: Int64(-3 * (paid + open)))
  let seed = Seed(database: database, owners: try addUsers(users, to: database, at: begin))
  try seed.topUp(paid, isPaid: true, from: begin)
  try seed.topUp(open, isPaid: false, from: begin.adding(seconds: Int64(3 * paid)))
}

private func handOut(_ count: Int, of path: String, to directory: String) throws -> Int32 {
  guard let secret = getenv("JWT_ACCESS_SECRET").map({ String(cString: $0) }),
    let password = getenv("PASSWORD").map({ String(cString: $0) })
  else {
    print("ledger-seed: --hand-out needs JWT_ACCESS_SECRET and PASSWORD in the environment.")
    return 64
  }
  let handOut = try HandOut(opened(path), secret: JWTSecret(secret), password: password)
  try handOut.logIn(
    count, tokens: directory + "/tokens", usernames: directory + "/usernames")
  try handOut.writeReferences(directory + "/references")
  return 0
}

private struct Owner {
  let user: Identifier
  let wallet: Identifier
}

private let batchSize = 2_000
private let burstSize = 10

private func addUsers(
  _ count: Int, to database: SQLiteDatabase, at moment: Timestamp
) throws -> [Owner] {
  let users = try (1...count).map { number in
    User(
      id: .make(in: world(at: moment.adding(seconds: Int64(number - count)))),
      email: try Email("seed\(number)@example.com"),
      username: try Username("seed\(number)"), name: nil, role: .user, createdAt: moment)
  }
  let owners = users.enumerated().map { number, user in
    Owner(
      user: user.id,
      wallet: .make(in: world(at: moment.adding(seconds: Int64(number + 1 - count)))))
  }
  for batch in batches(count) {
    try patiently(database) { db throws(Refusal) in
      for number in batch {
        try Users.insert(users[number], passwordHash: "$argon2id$of-a-seed", in: db)
        try Wallets.insert(
          Wallet(
            id: owners[number].wallet, balance: .zero, createdAt: moment, updatedAt: moment),
          of: owners[number].user, in: db)
      }
    }
  }
  return owners
}

private struct Seed {
  let database: SQLiteDatabase
  let owners: [Owner]

  /// Adds so many top-ups.
  func topUp(_ count: Int, isPaid: Bool, from begin: Timestamp) throws(Refusal) {
    for batch in batches(count) {
      try write(batch, isPaid: isPaid, from: begin)
      if batch.upperBound % 1_000_000 == 0 { print("… \(batch.upperBound) top-ups") }
    }
  }

  private func write(_ batch: Range<Int>, isPaid: Bool, from begin: Timestamp) throws(Refusal) {
    try patiently(database) { db throws(Refusal) in
      for number in batch {
        let owner = owners[number / burstSize % owners.count]
        let moment = begin.adding(seconds: Int64(3 * number))
        let (topUp, invoice) = try add(to: owner, number, at: moment, in: db)
        if isPaid { try pay(topUp, by: invoice, at: moment.adding(seconds: 2), in: db) }
      }
    }
  }

  private func add(
    to owner: Owner, _ number: Int, at moment: Timestamp, in db: any Connection
  ) throws(Refusal) -> (TopUp, InvoiceLink) {
    let world = world(at: moment)
    let topUp = TopUp(
      id: .make(in: world), userID: owner.user, walletID: owner.wallet,
      reference: .make(in: world), amount: Money(rupiah: .random(in: 10...1000) * 1000),
      status: .pending, invoice: nil, leaseUntil: nil, createdAt: moment)
    let key = Identifier.make(in: world).text
    try TopUps.insert(topUp, key: try? IdempotencyKey(key), in: db)
    // As Xendit makes them: seconds since 1970, a number of the process, a count.
    let id = hex(moment.seconds, digits: 8) + "0f00dcafe0" + hex(Int64(number), digits: 6)
    let invoice = InvoiceLink(
      id: id, url: "https://checkout.xendit.co/web/\(id)",
      expiresAt: moment.adding(seconds: 86_400))
    try TopUps.attach(invoice, to: topUp.id, at: moment, in: db)
    return (topUp, invoice)
  }

  private func pay(
    _ topUp: TopUp, by invoice: InvoiceLink, at moment: Timestamp, in db: any Connection
  ) throws(Refusal) {
    guard try TopUps.pay(topUp.id, byInvoice: invoice.id, late: false, at: moment, in: db) else {
      throw .broken(evidence: "a new top-up is paid already")
    }
    let posting = Posting(
      kind: .topUp, amount: topUp.amount, description: "Top-up \(topUp.reference.text)",
      reference: topUp.reference.text, invoiceID: invoice.id, counterparty: "xendit")
    try Wallets.post(posting, to: topUp.walletID, at: moment, in: db)
    try TopUps.noteCheck(of: topUp.id, at: moment.adding(seconds: 60), in: db)
  }
}

/// What a write could not do in its time is tried again, ten times in all.
func patiently(
  _ database: SQLiteDatabase,
  _ body: @escaping @Sendable (any Connection) throws(Refusal) -> Void
) throws(Refusal) {
  for _ in 1..<10 {
    do throws(Refusal) {
      return try database.write(body)
    } catch .busy {
      continue
    }
  }
  return try database.write(body)
}

func batches(_ count: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: batchSize).map { $0..<min($0 + batchSize, count) }
}

private func hex(_ number: Int64, digits: Int) -> String {
  let text = String(number, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

func world(at moment: Timestamp) -> World {
  World(
    now: { moment }, monotonicMilliseconds: { 0 }, wait: { _ in },
    randomBytes: { count in
      let numbers = (0..<(count + 7) / 8).map { _ in UInt64.random(in: .min ... .max) }
      return (0..<count).map { UInt8(truncatingIfNeeded: numbers[$0 / 8] >> ($0 % 8 * 8)) }
    })
}

func currentTime() -> Timestamp {
  Timestamp(microseconds: Int64(time(nil)) * 1_000_000)
}
