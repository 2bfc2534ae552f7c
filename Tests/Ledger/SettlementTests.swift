// What becomes of the provider's reports, as tables of plain text: a report a line, and the
// verdict that it must get; in the end the top-up's status and the balance.

import Domain
import Support
import Testing

@testable import Ledger

@Suite("Settlement")
struct SettlementTests {
  @Test("follows the tables", arguments: scenarios)
  func follows(scenario: String) throws {
    let books = try Books()
    let topUp = try books.makeTopUp(rupiah: 50_000)
    for (number, line) in scenario.split(separator: "\n").enumerated() where line.first != "#" {
      let words = line.split(separator: " ").map(String.init)
      if words[0] == "invoice" {
        try attach(words[1], to: topUp, in: books)
      } else if words[0] == "end" {
        #expect(try books.find(topUp)?.status.rawValue == words[1], "\(scenario)")
        #expect(try books.balance().map(String.init) == words[2], "\(scenario)")
      } else {
        let verdict = try report(words, "\(line)", about: topUp, to: books)
        #expect(verdict == words[4], "line \(number): \(line)")
      }
    }
  }

  @Test("credits once when 64 copies arrive at once")
  func copies() async throws {
    let books = try Books()
    let topUp = try books.makeTopUp(rupiah: 50_000)
    let credited = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<64 {
        group.addTask {
          let words = ["PAID", "inv-1", "50000", "IDR"]
          let verdict = try? self.report(words, "the same bytes", about: topUp, to: books)
          return verdict == "credited" ? 1 : 0
        }
      }
      return await group.reduce(0, +)
    }
    #expect(credited == 1)
    #expect(try books.balance() == 50_000)
    #expect(try books.outside("SELECT count(*) FROM webhook_events").output == "1\n")
  }

  @Test("ends in one credit for every order of the reports, each sent twice", arguments: 0..<24)
  func permutations(number: Int) throws {
    let books = try Books()
    let topUp = try books.makeTopUp(rupiah: 50_000)
    try attach("inv-1", to: topUp, in: books)
    for status in permutation(number, of: ["PENDING", "PAID", "SETTLED", "EXPIRED"]) {
      for _ in 0..<2 {
        _ = try report([status, "inv-1", "50000", "IDR"], status, about: topUp, to: books)
      }
    }
    #expect(try books.balance() == 50_000)
    #expect(try books.find(topUp)?.status == .paid)
  }

  private func attach(_ invoice: String, to topUp: TopUp, in books: Books) throws {
    let now = books.now
    try books.database.write { db throws(Refusal) in
      let link = InvoiceLink(id: invoice, url: "https://pay.example/\(invoice)", expiresAt: nil)
      try TopUps.attach(link, to: topUp.id, at: now, in: db)
    }
  }

  /// `words`: status, invoice, amount or `-`, currency or `-`. Gives the verdict in words.
  private func report(
    _ words: [String], _ body: String, about topUp: TopUp, to books: Books
  ) throws(Refusal) -> String {
    let reference = ["unknown": "WTU-20200101-0000000000000000", "foreign": "ORDER-7"]
    let event = Event(
      invoiceID: words[1],
      reference: words.last.flatMap { reference[$0] } ?? topUp.reference.text, status: words[0],
      amount: Int64(words[2]).map { Money(rupiah: $0) },
      currency: words[3] == "-" ? nil : words[3])
    let received = ReceivedEvent(
      body: Array(body.utf8), webhookID: nil, event: event)
    let now = books.now
    let verdict = try books.database.write { db throws(Refusal) in
      try Settlement.receive(received, at: now, in: db)
    }
    switch verdict {
    case .review(let oddity): return "review:\(oddity)"
    default: return "\(verdict)"
    }
  }

  private func permutation(_ number: Int, of items: [String]) -> [String] {
    var rest = items
    var left = number
    return (0..<items.count).map { _ in
      let index = left % rest.count
      left /= rest.count
      return rest.remove(at: index)
    }
  }
}

private let scenarios = [
  """
  # a paid invoice is credited once
  invoice inv-1
  PENDING inv-1 50000 IDR unchanged
  PAID inv-1 50000 IDR credited
  PAID inv-1 50000 IDR unchanged
  SETTLED inv-1 50000 IDR unchanged
  end PAID 50000
  """,
  """
  # SETTLED alone credits too
  SETTLED inv-1 50000 - credited
  end PAID 50000
  """,
  """
  # the report comes before the answer to our own call
  PAID inv-1 50000 IDR credited
  invoice inv-1
  end PAID 50000
  """,
  """
  # money that comes after the expiry is money
  invoice inv-1
  EXPIRED inv-1 50000 IDR unchanged
  PAID inv-1 50000 IDR credited
  end PAID 50000
  """,
  """
  # FAILED is no more final
  FAILED inv-1 - - unchanged
  PAID inv-1 50000 IDR credited
  end PAID 50000
  """,
  """
  # PAID is
  PAID inv-1 50000 IDR credited
  EXPIRED inv-1 50000 IDR unchanged
  FAILED inv-1 50000 IDR unchanged
  end PAID 50000
  """,
  """
  # the end of another invoice does not close the top-up
  invoice inv-1
  EXPIRED inv-2 50000 IDR unchanged
  end PENDING 0
  """,
  """
  # the orphan of a lost answer, paid instead of the stored one
  invoice inv-1
  PAID inv-2 50000 IDR credited
  end PAID 50000
  """,
  """
  # both invoices paid: the second is the operator's
  invoice inv-1
  PAID inv-1 50000 IDR credited
  PAID inv-2 50000 IDR review:secondPayment
  end PAID 50000
  """,
  """
  # another amount, another currency, no amount
  PAID inv-1 49999 IDR review:amountDiffers
  PAID inv-1 50000 USD review:currencyDiffers
  PAID inv-1 - IDR review:amountUnreadable
  end PENDING 0
  """,
  """
  # the same bytes are judged anew while they wait for review
  PAID inv-1 50000 IDR review:unknownReference unknown
  PAID inv-1 50000 IDR review:unknownReference unknown
  PAID inv-1 50000 IDR foreign foreign
  PAID inv-1 50000 IDR foreign foreign
  end PENDING 0
  """,
  """
  # a status that nobody has heard of
  REFUNDED inv-1 50000 IDR unchanged
  end PENDING 0
  """,
]
