// What happened when a primary failed under load.

import Foundation
import Programs
import Support

/// One failure of a primary, from the load before it to the check behind it.
struct Story: Sendable {
  /// 2xx answers that clients saw, before and after.
  let promises: Int
  let verdict: Verdict
  /// Until an event that was first brought after the fault was credited, and until there was a
  /// balance and a new top-up; nil if that had not come about after a minute.
  let secondsUntilBack: Double?
  /// Until the healed server was the standby again; nil as above.
  let secondsUntilWhole: Double?
  /// What each wallet's owner sees in the end, and what the ledger says.
  let balances: [(seen: Int?, kept: Int?)]

  /// The fault, and everything healed after it.
  init(_ fault: Fault, of cluster: Cluster, front: Front) throws {
    let load = Load(on: front)
    load.start()
    defer { load.abandon() }
    try load.awaitPromises(300)
    _ = try cluster.suffer(fault)
    secondsUntilBack = try Self.awaitService(of: front)
    // The survivor also works while it is alone.
    try load.awaitPromises(300)
    try cluster.heal()
    secondsUntilWhole = try patiently(seconds: 120, cluster.isWhole)
    try load.awaitPromises(100)
    try load.stop()
    promises = front.journal.promises.count
    verdict = try cluster.verdict(on: front.journal.promises)
    balances = try front.accounts.map { account in
      let sum = "SELECT sum(amount) FROM wallet_transactions"
      let rows = try cluster.sql("\(sum) WHERE wallet_id = '\(account.walletID)'")
      return (front.balance(of: account), rows.first.flatMap { Int($0) })
    }
  }

  private static func awaitService(of front: Front) throws -> Double? {
    let (number, key) = (try front.takePayment(), UUID().uuidString.lowercased())
    var isCredited = false
    return try patiently {
      if !isCredited { isCredited = try front.bring(number) }
      guard isCredited, front.balance(of: front.accounts[0]) != nil else { return false }
      return try front.topUp(key: key)
    }
  }
}
