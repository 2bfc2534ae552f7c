// What an operator types: amounts, names, reasons, a transaction's id.

import Domain
import Testing

@Suite("What an operator types")
struct OperatorTests {
  @Test("is an amount only as whole rupiah in digits")
  func amounts() throws {
    for text in ["1", "-5", "0", "50000", "9223372036854775807", "-9223372036854775808"] {
      #expect(try Money(text).whole == text)
    }
    for text in [
      "", "-", "+5", "05", "-0", "5.0", "5,000", "5e4", " 5", "5 ", "５", "0x5", "--5", "1_0",
      "9223372036854775808", "-9223372036854775809", "five",
    ] {
      #expect(throws: Invalid.self, "\(text)") { try Money(text) }
    }
  }

  @Test("turns an amount around unless the opposite cannot be counted")
  func negated() throws {
    #expect(try Money(rupiah: -5).negated() == Money(rupiah: 5))
    #expect(try Money(rupiah: .max).negated() == Money(rupiah: -.max))
    #expect(throws: Invalid.self) { try Money(rupiah: .min).negated() }
  }

  @Test("is a name without spaces and controls")
  func names() throws {
    #expect(try OperatorName("ana.wijaya+dompet@example-1.com").counterparty.hasSuffix("-1.com"))
    for text in ["", " ", "ana wijaya", "ana\n", "operator:ana", "añá"] {
      #expect(throws: Invalid.self, "\(text)") { try OperatorName(text) }
    }
    #expect(throws: Invalid.self) { try OperatorName(String(repeating: "a", count: 65)) }
  }

  @Test("is a reason that says something")
  func reasons() throws {
    #expect(try Reason("  paid in cash ").text == "paid in cash")
    for text in ["", " \t", "a\u{1B}[2J", "a\u{202E}b", String(repeating: "a", count: 201)] {
      #expect(throws: Invalid.self) { try Reason(text) }
    }
  }

  @Test("is a transaction's id only in the form that it was shown in")
  func transactionIDs() throws {
    let wallet = "01a204a6-8ffb-74f5-8b96-cf2cf71a7759"
    let id = try #require(TransactionID("\(wallet)-17"))
    #expect(id.wallet.text == wallet && id.sequence == 17 && id.text == "\(wallet)-17")
    for text in [
      "", "-", wallet, "\(wallet)-", "\(wallet)-0", "\(wallet)--1", "\(wallet)-01",
      "\(wallet)-+1", "\(wallet)-9223372036854775808", "\(wallet)-1 ", "\(wallet)1", "x-1",
      "\(wallet)-1-1",
    ] {
      #expect(TransactionID(text) == nil, "\(text)")
    }
  }
}
