// The walks of reconciliation: what is due, what is left out, and where a walk goes on.

import Domain
import Storage
import Testing

@testable import Ledger

@Suite("A walk through the top-ups") struct WalkTests {
  private let books: Books

  init() throws {
    books = try Books()
  }

  @Test("leaves out what it has asked about, but not what was asked about before it began")
  func sinceBeginning() throws {
    let topUp = try books.makeTopUp()
    let begin = books.now
    #expect(try open(.since(begin)) == [topUp.id])
    try note(topUp, seconds: -1)
    #expect(try open(.since(begin)) == [topUp.id])
    try note(topUp, seconds: 0)
    #expect(try open(.since(begin)).isEmpty)
  }

  @Test("that takes what is due asks again after a tenth of a top-up's age")
  func due() throws {
    let topUp = try books.makeTopUp()
    books.setClock(seconds: 1000)
    try note(topUp, seconds: 901)
    #expect(try open(.due).isEmpty)
    try note(topUp, seconds: 900)
    #expect(try open(.due) == [topUp.id])
  }

  @Test("does not believe a look that a clock noted which was ahead")
  func future() throws {
    let topUp = try books.makeTopUp()
    books.setClock(seconds: 1000)
    try note(topUp, seconds: 63_072_000)
    #expect(try open(.due) == [topUp.id])
    #expect(try open(.since(books.now)) == [topUp.id])
  }

  @Test("goes through more than one page, each top-up once, in the order of their making")
  func pages() throws {
    let made = try (0..<250).map { _ in try books.makeTopUp().id }
    var seen: [Identifier] = []
    var last: TopUp?
    while true {
      let now = books.now
      let page = try books.database.read { db throws(Refusal) in
        try TopUps.open(after: last, .due, at: now, in: db)
      }
      seen += page.map(\.id)
      guard let end = page.last else { break }
      last = end
    }
    #expect(seen == made.sorted { $0.text < $1.text })
  }

  @Test("over the credits goes past one that nobody could say anything about")
  func unchecked() throws {
    for number in 1...3 { _ = try books.payTopUp(rupiah: 500, invoice: "inv-\(number)") }
    let first = try unchecked(after: nil)
    #expect(first.count == 3)
    #expect(try unchecked(after: first[0]).map(\.id) == first.dropFirst().map(\.id))
    #expect(try unchecked(after: first[2]).isEmpty)
  }

  @Test("over the credits comes back for half an hour where a lost answer's invoice may appear")
  func appearing() throws {
    let topUp = try books.makeTopUp(rupiah: 500)
    try books.write { db, now throws(Refusal) in
      _ = try TopUps.lease(topUp.id, until: now.adding(seconds: 20), at: now, in: db)
      _ = try TopUps.pay(topUp.id, byInvoice: "INV", late: false, at: now, in: db)
    }
    var checks: [Int64] = []
    for seconds in stride(from: Int64(0), through: 3600, by: 60) {
      books.setClock(seconds: seconds)
      if try unchecked(after: nil).isEmpty { continue }
      checks.append(seconds)
      try books.write { db, now throws(Refusal) in
        try TopUps.noteCheck(of: topUp.id, at: now, in: db)
      }
    }
    #expect(checks == [0, 360, 720, 1080, 1440, 1800, 2160])
  }

  @Test("that was broken off goes on, unless that was more than a day ago or it has ended")
  func resumed() throws {
    let begin = books.now
    #expect(try beginPass() == begin)
    books.setClock(seconds: 86_400)
    #expect(try beginPass() == begin)
    books.setClock(seconds: 86_401)
    #expect(try beginPass() == books.now)
    books.setClock(seconds: 86_500)
    try books.write { db, now throws(Refusal) in try Reconciliations.endPass(at: now, in: db) }
    #expect(try beginPass() == books.now)
  }

  @Test("over Xendit's list goes on after the last page that is done, if it looks as far back")
  func rebuild() throws {
    #expect(try beginRebuild(seconds: -100) == nil)
    #expect(try beginRebuild(seconds: -100) == nil)
    try books.write { db, _ throws(Refusal) in
      try Reconciliations.note(rebuiltTo: "inv-9", in: db)
    }
    #expect(try beginRebuild(seconds: -100).map(\.lastInvoice) == "inv-9")
    #expect(try beginRebuild(seconds: -200) == nil)
    #expect(try beginRebuild(seconds: -100) == nil)
  }

  private func open(_ turn: TopUps.Turn) throws(Refusal) -> [Identifier] {
    let now = books.now
    return try books.database.read { db throws(Refusal) in
      try TopUps.open(after: nil, turn, at: now, in: db)
    }.map(\.id)
  }

  private func unchecked(after last: TopUp?) throws(Refusal) -> [TopUp] {
    let now = books.now
    return try books.database.read { db throws(Refusal) in
      try TopUps.unchecked(after: last, at: now, in: db)
    }
    .map(\.topUp)
  }

  private func note(_ topUp: TopUp, seconds: Int64) throws(Refusal) {
    let moment = Timestamp(microseconds: 1_750_000_000_000_000).adding(seconds: seconds)
    try books.write { db, _ throws(Refusal) in
      try TopUps.note(lookAt: topUp.id, at: moment, in: db)
    }
  }

  private func beginPass() throws(Refusal) -> Timestamp {
    try books.write { db, now throws(Refusal) in try Reconciliations.beginPass(at: now, in: db) }
  }

  private func beginRebuild(seconds: Int64) throws(Refusal) -> Reconciliations.Rebuild? {
    let since = Timestamp(microseconds: 0).adding(seconds: seconds)
    return try books.write { db, now throws(Refusal) in
      try Reconciliations.beginRebuild(since: since, at: now, in: db)
    }
  }
}
