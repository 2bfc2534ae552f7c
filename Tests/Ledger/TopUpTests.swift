// The life of a top-up's row: leases and compare-and-set.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("A top-up's row")
struct TopUpTests {
  @Test("is leased to one, and to the next when the lease has run out")
  func lease() throws {
    let books = try Books()
    let topUp = try books.makeTopUp()
    #expect(try lease(topUp, at: 0, in: books))
    #expect(try !lease(topUp, at: 19, in: books))
    #expect(try lease(topUp, at: 20, in: books))
  }

  @Test("is free again when its lease is given back, but not by a former holder")
  func release() throws {
    let books = try Books()
    let topUp = try books.makeTopUp()
    _ = try lease(topUp, at: 0, in: books)
    _ = try lease(topUp, at: 20, in: books)
    try release(topUp, leasedAt: 0, in: books)
    #expect(try !lease(topUp, at: 21, in: books))
    try release(topUp, leasedAt: 20, in: books)
    #expect(try lease(topUp, at: 21, in: books))
  }

  @Test("is not leased once it has an invoice")
  func attached() throws {
    let books = try Books()
    let topUp = try books.makeTopUp()
    try attach("inv-1", to: topUp, in: books)
    #expect(try !lease(topUp, at: 0, in: books))
  }

  @Test("keeps its first invoice")
  func firstInvoice() throws {
    let books = try Books()
    let topUp = try books.makeTopUp()
    try attach("inv-1", to: topUp, in: books)
    try attach("inv-2", to: topUp, in: books)
    #expect(try books.find(topUp)?.invoice?.id == "inv-1")
  }

  @Test("belongs to its user's key, and to no other user's")
  func keys() throws {
    let books = try Books()
    let topUp = try books.makeTopUp(key: "order-7")
    let key = try IdempotencyKey("order-7")
    let found = try books.database.read { db throws(Refusal) in
      try TopUps.find(key: key, ofUser: topUp.userID, in: db)
    }
    #expect(found?.id == topUp.id)
    let foreign = try books.database.read { db throws(Refusal) in
      try TopUps.find(key: key, ofUser: topUp.walletID, in: db)
    }
    #expect(foreign == nil)
    #expect(throws: Refusal.self) { try books.makeTopUp(key: "order-7") }
  }

  private func time(_ seconds: Int64, _ books: Books) -> Timestamp {
    books.now.adding(seconds: seconds)
  }

  private func lease(_ topUp: TopUp, at seconds: Int64, in books: Books) throws -> Bool {
    let (now, end) = (time(seconds, books), time(seconds + 20, books))
    return try books.database.write { db throws(Refusal) in
      try TopUps.lease(topUp.id, until: end, at: now, in: db)
    }
  }

  private func release(_ topUp: TopUp, leasedAt seconds: Int64, in books: Books) throws {
    let end = time(seconds + 20, books)
    try books.database.write { db throws(Refusal) in
      try TopUps.release(topUp.id, leasedUntil: end, in: db)
    }
  }

  private func attach(_ invoice: String, to topUp: TopUp, in books: Books) throws {
    let now = books.now
    try books.database.write { db throws(Refusal) in
      let link = InvoiceLink(id: invoice, url: "https://pay.example/", expiresAt: nil)
      try TopUps.attach(link, to: topUp.id, at: now, in: db)
    }
  }
}
