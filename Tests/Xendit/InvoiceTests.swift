// What is read from a good answer.

import Domain
import JSON
import Testing

@testable import Xendit

@Suite struct InvoiceTests {
  @Test("an invoice is read with all that a top-up needs")
  func complete() throws {
    let invoice = try read(Samples.invoice())
    #expect(invoice.reference == Samples.reference)
    #expect(invoice.status == .pending)
    #expect(invoice.amount == Money(rupiah: 50_000))
    #expect(invoice.url == "https://checkout.xendit.co/web/6748105a77f16ebe0cc583a7")
    #expect(invoice.expiresAt?.rfc3339 == "2026-06-15T00:00:00.123Z")
    #expect(invoice.metadata == InvoiceMetadata(wallet: "w", user: "u", topUp: "t"))
    #expect(invoice.event.currency == "IDR")
  }

  @Test(
    "a whole amount is read however it is written",
    arguments: ["50000", "50000.0", "50000.000000000000000000", "5e4", "500.00E2", "5000000e-2"])
  func amounts(digits: String) throws {
    #expect(try read(Samples.invoice("amount", digits)).amount == Money(rupiah: 50_000))
  }

  @Test("what is missing but not needed is nil, and what is odd there too")
  func optional() throws {
    for value in [nil, "null", "7", "\"soon\"", "{}"] {
      #expect(try read(Samples.invoice("expiry_date", value)).expiresAt == nil)
      #expect(try read(Samples.invoice("metadata", value)).metadata == nil)
    }
    #expect(try read(Samples.invoice("currency")).event.currency == nil)
  }

  @Test("statuses are known in any case, unknown ones are kept")
  func statuses() throws {
    let expected: [(String, Invoice.Status)] = [
      ("PENDING", .pending), ("paid", .paid), ("Settled", .settled), ("EXPIRED", .expired),
      ("voided", .other("VOIDED")), ("expıred", .other("EXPıRED")),
    ]
    for (text, status) in expected {
      #expect(try read(Samples.invoice("status", "\"\(text)\"")).status == status)
    }
  }

  @Test("a paid invoice is the same event as its webhook")
  func event() throws {
    let paid = try read(Samples.invoice("paid_amount", "60000"))
    #expect(paid.amount == Money(rupiah: 50_000))
    #expect(paid.event.amount == Money(rupiah: 60_000))
  }

  private func read(_ text: String) throws -> Invoice {
    try Invoice(JSONValue.parse(Array(text.utf8)))
  }
}
