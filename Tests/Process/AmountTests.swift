// The amount of a top-up, read exactly from its digits, and the limits that it has to keep.

import Foundation
import Support
import Programs
import Testing

@Suite("The amount of a top-up", .enabled(if: Site.isBuilt, Site.notBuilt))
struct AmountTests {
  private let till: Till

  init() throws {
    till = try Till()
  }

  @Test("is asked of the provider and answered in whole rupiah")
  func shown() throws {
    let answer = try till.ask("50000.00")
    till.expectCreated(answer)
    #expect(answer.string("amount") == "50000")
    #expect(answer.string("currency") == "IDR")
    let request = try #require(till.provider.requests.first)
    #expect(request.contains(#""amount":50000,"#))
    #expect(request.contains(#""currency":"IDR""#))
    #expect(request.contains("\r\nAuthorization: Basic "))
    #expect(try till.site.sql("SELECT amount FROM wallet_top_ups") == ["50000"])
  }

  @Test("may be the smallest and the largest, and not one rupiah beyond")
  func limits() throws {
    for amount in ["1000", "1000000000", "1000.000", "1000000000.0"] {
      till.expectCreated(try till.ask(amount))
    }
    for amount in ["999", "1000000001", "0", "-0", "-50000", "0.00"] {
      let answer = try till.ask(amount)
      expectProblem(answer, 400, "invalid-request", pointers: ["/amount"], amount)
    }
    #expect(try till.rows().count == 4)
  }

  @Test("keeps the limits of the configuration")
  func configuredLimits() throws {
    let program = try till.site.start(
      "dompet-payments", environment: ["TOP_UP_MINIMUM": "10", "TOP_UP_MAXIMUM": "20"])
    for (amount, status) in [("9", 400), ("10", 201), ("20", 201), ("21", 400)] {
      let answer = try program.post(
        MethodTests.topUps, headers: [till.account.bearer], json: "{\"amount\":\(amount)}")
      #expect(answer.status == status, "\(amount)")
    }
  }

  @Test("is nothing but a whole number in plain digits")
  func exact() throws {
    for amount in [
      "50000.000000000000001", "50000.5", "5e4", "50000e0", "5E4", "1e400", "1e-400",
      "9223372036854775807", "9223372036854775808", "18446744073709601616",
      "50000." + String(repeating: "0", count: 10_000) + "1",
      String(repeating: "9", count: 10_000), "\"50000\"", "\"Rp50.000\"", "true", "null", "[50000]",
      "{\"value\":50000}",
    ] {
      let answer = try till.ask(amount)
      expectProblem(
        answer, 400, "invalid-request", pointers: ["/amount"], String(amount.prefix(40)))
    }
    #expect(try till.rows().isEmpty)
  }

  @Test("may be followed by as many zeros as the body takes")
  func manyZeros() throws {
    till.expectCreated(try till.ask("50000." + String(repeating: "0", count: 60_000)))
  }
}
