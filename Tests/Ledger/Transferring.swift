// Other users, and transfers between all of them.

import Domain
import Foundation
import Storage

@testable import Ledger

/// Somebody else with a wallet.
struct Person: Sendable {
  let user: Identifier
  let wallet: Identifier
  let name: String
}

extension Books {
  /// The user of these books.
  var owner: Person { Person(user: user.id, wallet: walletID, name: user.username.text) }

  func addPerson(_ name: String, rupiah: Int64 = 0) throws -> Person {
    let (world, moment) = (world, now)
    let user = try User(
      id: .make(in: world), email: Email("\(name)@example.com"), username: Username(name),
      name: nil, role: .user, createdAt: moment)
    let wallet = Wallet(
      id: .make(in: world), balance: .zero, createdAt: moment, updatedAt: moment)
    try write { db, moment throws(Refusal) in
      try Users.insert(user, passwordHash: "$argon2id$of-a-test", in: db)
      try Wallets.insert(wallet, of: user.id, in: db)
    }
    let person = Person(user: user.id, wallet: wallet.id, name: name)
    if rupiah > 0 { try give(rupiah, to: person) }
    return person
  }

  /// Money from nowhere: an operator's adjustment.
  func give(_ rupiah: Int64, to person: Person) throws {
    let decision = Decision(name: try OperatorName("ana"), reason: try Reason("a test"))
    try write { db, moment throws(Refusal) in
      _ = try Adjustments.adjust(
        person.wallet, by: Money(rupiah: rupiah), decision, key: nil, overdraft: false, at: moment,
        in: db)
    }
  }

  /// - Parameters:
  ///   - from: the user of these books if nil.
  ///   - key: one that nobody else uses if nil.
  @discardableResult
  func transfer(
    _ rupiah: Int64, to name: String, from sender: Person? = nil, key: String? = nil,
    text: String = "", limits: TransferLimits = .none
  ) throws -> Transfers.Outcome {
    let order = TransferOrder(
      from: (sender ?? owner).user, to: try Username(name), amount: Money(rupiah: rupiah),
      text: try TransferText.parse(text), key: try IdempotencyKey(key ?? UUID().uuidString))
    let world = world
    return try write { db, moment throws(Refusal) in
      try Transfers.make(
        order, reference: .make(in: world), limits: limits, at: moment, in: db)
    }
  }

  func balance(of person: Person) throws(Refusal) -> Int64? {
    try database.read { db throws(Refusal) in
      try Wallets.find(ofUser: person.user, in: db)?.balance.rupiah
    }
  }
}

extension TransferLimits {
  static let none = TransferLimits(single: Money(rupiah: .max), daily: Money(rupiah: .max))
}
