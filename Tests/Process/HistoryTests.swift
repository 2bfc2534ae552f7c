// The history as pages of JSON: what is in them, how they follow one another, what is nobody's
// business.

import Foundation
import Programs
import Support
import Testing

@Suite("A history", .enabled(if: Site.isBuilt, Site.notBuilt))
struct HistoryTests {
  private let purse: Purse

  init() throws {
    purse = try Purse()
  }

  @Test("shows each transaction with all its members")
  func members() throws {
    let item = try #require(try purse.page().items.first)
    let names: Set = [
      "id", "type", "amount", "balanceAfter", "description", "reference", "createdAt",
    ]
    #expect(Set(item.keys) == names)
    #expect(item["type"] as? String == "ADJUSTMENT" && item["reference"] is NSNull)
    #expect(item["amount"] as? String == "100000.00")
    #expect(item["balanceAfter"] as? String == "100000.00")
    #expect(item["description"] as? String == "a gift")
  }

  @Test("is listed newest first, and a page never shifts while rows arrive")
  func pages() throws {
    for number in 1...6 {
      _ = try purse.transfer(#"{"to":"budi.santoso","amount":\#(number)}"#, keys: "\(number)")
    }
    var seen: [String] = []
    var cursor: String?
    repeat {
      let page = try purse.page("limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""))
      seen += page.items.compactMap { $0["amount"] as? String }
      cursor = page.next
      _ = try purse.transfer(#"{"to":"budi.santoso","amount":99}"#, keys: "\(UUID())")
    } while cursor != nil
    #expect(seen == (1...6).reversed().map { "-\($0).00" } + ["100000.00"])
  }

  @Test("has pages of twenty unless told; the last one has no cursor")
  func defaults() throws {
    #expect(try purse.page(of: purse.budi).items.isEmpty)
    try purse.fill(purse.budi, rows: 41)
    let first = try purse.page(of: purse.budi)
    let second = try purse.page("cursor=\(first.next ?? "")", of: purse.budi)
    let third = try purse.page("cursor=\(second.next ?? "")", of: purse.budi)
    #expect([first, second, third].map(\.items.count) == [20, 20, 1] && third.next == nil)
  }

  @Test(
    "is filtered by type and time",
    arguments: [
      ("", 10), ("type=TOP_UP", 5), ("type=ADJUSTMENT", 5), ("type=TRANSFER_IN", 0),
      // Row 4 is of 15:06:44.
      ("from=2025-06-15T15:06:44Z", 7), ("to=2025-06-15T15:06:44Z", 3),
      ("from=2025-06-15T22:06:44%2B07:00&to=2025-06-15T22:06:45%2B07:00", 1),
      ("from=2025-06-15T15:06:44Z&type=TOP_UP", 4), ("from=2099-01-01T00:00:00Z", 0),
      ("to=2099-01-01T00:00:00Z", 10), ("from=2099-01-01T00:00:00Z&to=2000-01-01T00:00:00Z", 0),
      ("to=1969-12-31T23:59:59Z", 0), ("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 10),
    ])
  func filters(query: String, count: Int) throws {
    try purse.fill(
      purse.budi, rows: 10, type: "CASE n % 2 WHEN 0 THEN 'TOP_UP' ELSE 'ADJUSTMENT' END")
    #expect(try purse.page(query, of: purse.budi).items.count == count)
  }

  @Test("with a filter that hardly anything passes ends a page early, and goes on")
  func sparse() throws {
    try purse.fill(
      purse.budi, rows: 25_000, type: "CASE n WHEN 7 THEN 'ADJUSTMENT' ELSE 'TOP_UP' END")
    var pages: [Int] = []
    var cursor: String?
    repeat {
      let page = try purse.page(
        "type=ADJUSTMENT" + (cursor.map { "&cursor=\($0)" } ?? ""), of: purse.budi)
      pages.append(page.items.count)
      cursor = page.next
    } while cursor != nil
    #expect(pages == [0, 0, 1])
  }

  @Test(
    "is refused where the query is wrong, every mistake named", withoutStore,
    arguments: [
      ("limit=0", ["/limit"]), ("limit=101", ["/limit"]), ("type=top_up", ["/type"]),
      ("from=yesterday", ["/from"]), ("to=2025-06-15", ["/to"]), ("from=", ["/from"]),
      ("from=2025-06-31T00:00:00Z", ["/from"]), ("cursor=x", ["/cursor"]),
      ("cursor=", ["/cursor"]), ("type=TOP_UP&type=TOP_UP", ["/type"]), ("limit", [""]),
      (
        "type=x&from=x&to=x&limit=x&cursor=x&page=1",
        ["/type", "/from", "/to", "/limit", "/cursor", "/page"]
      ),
    ])
  func badQuery(query: String, pointers: [String]) throws {
    expectProblem(try purse.history(query), 400, "invalid-request", pointers: pointers)
  }

  @Test("takes no cursor of another wallet's, nor one that is spelled otherwise")
  func cursors() throws {
    let id = purse.budi.walletID
    for cursor in [
      "\(id)-1", "\(purse.ana.walletID)-0", "\(purse.ana.walletID)--1", "\(purse.ana.walletID)",
      "\(purse.ana.walletID)-01", "\(purse.ana.walletID.uppercased())-1",
      "\(purse.ana.walletID)-99999999999999999999",
    ] {
      let answer = try purse.history("cursor=\(cursor)")
      expectProblem(answer, 400, "invalid-request", pointers: ["/cursor"], cursor)
    }
    for sequence in ["1", "2", "9223372036854775807"] {
      _ = try purse.page("cursor=\(purse.ana.walletID)-\(sequence)")
    }
  }

  @Test("wants a bearer", arguments: ["GET", "HEAD"])
  func bearer(method: String) throws {
    let answer = try purse.program.ask(Call(method, MethodTests.history))
    #expect(answer.status == 401)
  }
}
