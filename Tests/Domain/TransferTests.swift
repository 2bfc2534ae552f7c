// What a sender may say, and how much a sender may send.

import Domain
import Testing

@Suite("A transfer's text") struct TransferTextTests {
  @Test("is taken as sent, and is nothing where it is blank")
  func sent() throws {
    #expect(try TransferText.parse(" lunch \u{1F35C} ")?.text == " lunch \u{1F35C} ")
    for blank in ["", " ", "\t\r\n"] { #expect(try TransferText.parse(blank) == nil) }
  }

  @Test("has at most 140 characters")
  func length() throws {
    let longest = String(repeating: "\u{1F35C}", count: 140)
    #expect(try TransferText.parse(longest)?.text == longest)
    #expect(throws: Invalid.self) { try TransferText.parse(longest + "x") }
  }

  @Test(
    "has neither control characters nor what turns the direction of writing",
    arguments: ["\0", "\n", "\t", "\u{1B}", "\u{7F}", "\u{85}", "\u{9F}", "\u{202E}", "\u{2066}"])
  func controls(control: String) {
    #expect(throws: Invalid.self) { try TransferText.parse("a\(control)b") }
  }
}

@Suite("The limits of transfers") struct TransferLimitsTests {
  private let limits = TransferLimits(single: Money(rupiah: 50), daily: Money(rupiah: 100))

  @Test(
    "let through what is not above them",
    arguments: [(1, 0, 1), (50, 0, 50), (50, 50, 100), (1, 99, 100)] as [(Int64, Int64, Int64)])
  func within(amount: Int64, sent: Int64, sum: Int64) throws {
    let total = try limits.add(Money(rupiah: amount), toDay: Money(rupiah: sent))
    #expect(total.rupiah == sum)
  }

  @Test(
    "say which of them it is that refuses",
    arguments: [
      (51, 0, "At most 50 rupiah can be sent at once."),
      (1, 100, "At most 100 rupiah can be sent on one day (UTC), and today it was 100."),
      (50, .max, "At most 100 rupiah can be sent on one day (UTC), and today it was \(Int64.max)."),
    ] as [(Int64, Int64, String)])
  func above(amount: Int64, sent: Int64, detail: String) {
    #expect(throws: Refusal.transferRefused(detail: detail)) {
      try limits.add(Money(rupiah: amount), toDay: Money(rupiah: sent))
    }
  }
}
