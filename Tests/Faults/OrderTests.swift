// Events of one payment in every order, more than once, and all at once: one credit.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "Events in any order",
  .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), "needs swift build -c release"))
struct OrderTests {
  private static let statuses = ["PENDING", "PAID", "SETTLED", "EXPIRED"]
  private static let lengthMax = 5
  private static let paid: Set = ["PAID", "SETTLED"]

  @Test("of up to five, exhaustively: one credit if one of them says paid, none otherwise")
  func everyOrder() throws {
    let orders = (1...Self.lengthMax).flatMap { Self.orders(ofLength: $0) }
    #expect(orders.count == 4 + 16 + 64 + 256 + 1024)
    let office = try Office(topUps: orders.count)
    let wrong = Shared<[String]>([])
    inThreads(8) { thread in
      for index in stride(from: thread, to: orders.count, by: 8) {
        let credits = bring(orders[index], of: index + 1, to: office)
        let first = orders[index].firstIndex { Self.paid.contains($0) }
        if credits != (first.map { [$0] } ?? []) {
          wrong.withLock { $0.append("\(orders[index]): credits at \(credits)") }
        }
      }
    }
    #expect(wrong.withLock { $0 } == [])
    try expectEnds(orders, office)
  }

  @Test("64 copies of one at once, again and again: one of them credits")
  func copies() throws {
    let rounds = 20 * Scale.factor
    let office = try Office(topUps: rounds)
    for round in 1...rounds {
      let credits = Shared(0)
      inThreads(64) { _ in
        guard let answer = try? office.pay(round) else { return }
        #expect(answer.status == 200)
        if answer.json["credited"] as? Bool == true { credits.withLock { $0 += 1 } }
      }
      #expect(credits.withLock { $0 } == 1)
    }
    try office.expectWell("64 copies of an event at once", tried: rounds, topUps: rounds)
  }

  /// Brings the events one after the other. Repeats are the same bytes again for every other
  /// top-up, and differ for the rest.
  /// - Returns: the places in the order that were answered with a credit.
  private func bring(_ order: [String], of number: Int, to office: Office) -> [Int] {
    order.indices.filter { place in
      let mark = number.isMultiple(of: 2) ? "" : ",\"place\":\(place)"
      let answer = try? office.bring(order[place], of: number, mark: mark)
      #expect(answer?.status == 200, "\(order)")
      return answer?.json["credited"] as? Bool == true
    }
  }

  /// The state that each top-up must have come to, and the books.
  private func expectEnds(_ orders: [[String]], _ office: Office) throws {
    let ends = try office.site.sql(
      "SELECT status FROM wallet_top_ups WHERE invoice_id LIKE 'paid-%' ORDER BY id")
    var credited = 0
    for (order, end) in zip(orders, ends) {
      let isPaid = order.contains { Self.paid.contains($0) }
      credited += isPaid ? 1 : 0
      #expect(end == (isPaid ? "PAID" : order.contains("EXPIRED") ? "EXPIRED" : "PENDING"))
      #expect(ends.count == orders.count)
    }
    #expect(try office.account.balance(in: office.site) == credited * 50_000)
    let promises = office.journal.promises
    let verdict = try Checker(url: office.site.url)
      .verdict(on: promises)
    #expect(verdict.isClean && promises.count == credited, "\(verdict)")
    Report.fault(
      "events in every order of up to 5", tried: orders.count, lost: verdict.lost.count,
      doubled: verdict.doubled.count)
  }

  /// All sequences of that length, with repetition.
  private static func orders(ofLength length: Int) -> [[String]] {
    guard length > 0 else { return [[]] }
    return orders(ofLength: length - 1).flatMap { order in statuses.map { order + [$0] } }
  }
}
