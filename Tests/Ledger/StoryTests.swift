// The story of a top-up, and the journal of events.

import Domain
import Storage
import Testing

@testable import Ledger

@Suite("The story of a top-up")
struct StoryTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  private func story(_ name: String) throws -> Story? {
    try books.database.read { db throws(Refusal) in try Story.find(name, in: db) }
  }

  private func event(_ topUp: TopUp, _ invoice: String, rupiah: Int64? = nil) -> Event {
    Event(
      invoiceID: invoice, reference: topUp.reference.text, status: "PAID",
      amount: rupiah.map { Money(rupiah: $0) } ?? topUp.amount, currency: "IDR")
  }

  @Test("tells in order of time what happened, and leaves out what happened to others")
  func order() throws {
    let topUp = try books.makeTopUp(rupiah: 50_000, key: "k-1")
    books.setClock(seconds: 60)
    #expect(
      try books.receive(event(topUp, "inv-1", rupiah: 1), body: "1")
        == .review(.amountDiffers))
    let other = try books.makeTopUp()
    #expect(try books.receive(event(other, "inv-9"), body: "9") == .credited)
    books.setClock(seconds: 120)
    #expect(try books.receive(event(topUp, "inv-2"), body: "2") == .credited)
    books.setClock(seconds: 180)
    _ = try books.resolve(1, as: .dismissed)
    books.setClock(seconds: 240)
    _ = try books.reverse(2)
    let story = try #require(try story(topUp.reference.text))
    #expect(
      story.chapters.map(\.what) == ["asked", "event", "event", "credited", "resolved", "reversed"])
    #expect(story.topUp.status == .paid && story.idempotencyKey == "k-1")
    #expect(story.chapters[1].detail.contains("the amount differs"))
    #expect(story.chapters[3].amount == topUp.amount)
    #expect(story.chapters[5].amount == Money(rupiah: -50_000))
  }

  @Test("is found by reference, by id, and by an invoice that was credited or only stored")
  func names() throws {
    let topUp = try books.makeTopUp()
    let link = InvoiceLink(id: "inv-1", url: "https://pay.example/1", expiresAt: nil)
    try books.write { db, now throws(Refusal) in
      try TopUps.attach(link, to: topUp.id, at: now, in: db)
    }
    for name in [topUp.reference.text, topUp.id.text, "inv-1"] {
      #expect(try story(name)?.topUp.id == topUp.id)
    }
    #expect(try books.receive(event(topUp, "inv-2"), body: "2") == .credited)
    #expect(try story("inv-2")?.topUp.id == topUp.id)
    for name in ["", "inv-3", "WTU-20250615-0000000000000000", books.user.id.text, "'"] {
      #expect(try story(name) == nil)
    }
  }

  @Test("of one that is open has every event since, however late")
  func late() throws {
    let topUp = try books.makeTopUp()
    books.setClock(seconds: 400 * 86_400)
    _ = try books.receive(event(topUp, "inv-1", rupiah: 1), body: "1")
    #expect(try story(topUp.id.text)?.chapters.count == 2)
  }

  @Test(
    "finds events by halving, also where the clock was set back between two of them", aboutSQLite)
  func journal() throws {
    for minute in [0, 1, 2, 3, 1, 4, 5] as [Int64] {
      books.setClock(seconds: minute * 60)
      _ = try books.receive(nil, body: "\(minute) \(try books.contents().count)")
    }
    books.setClock(seconds: 180)
    let now = books.now
    var seen: [Int64] = []
    try books.database.read { db throws(Refusal) in
      try Journal.list(state: .review, since: now, limit: 100, in: db) { seen.append($0.id) }
    }
    #expect(Set(seen).isSuperset(of: [6, 7]) && seen == seen.sorted(by: >))
    #expect(!seen.contains(1) && !seen.contains(5))
    seen = []
    try books.database.read { db throws(Refusal) in
      try Journal.list(state: nil, since: nil, limit: 3, in: db) { seen.append($0.id) }
    }
    #expect(seen == [7, 6, 5])
    seen = []
    try books.database.read { db throws(Refusal) in
      try Journal.list(state: .foreign, since: nil, limit: 3, in: db) { seen.append($0.id) }
    }
    #expect(seen == [])
  }
}
