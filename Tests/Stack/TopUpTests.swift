// What a user does with a top-up after it has been made, through nginx and the sandbox.

import Support
import Testing

@Suite("A top-up", .enabled(if: Stack.isBuilt, "needs the release build"))
struct TopUpTests {
  private let client: Client

  init() throws {
    client = try Client(on: Stack(["--no-rate-limit"]))
  }

  @Test("heals when its user looks at it: a missed webhook loses nobody's money")
  func heals() throws {
    let topUp = try client.topUp(10_000, key: "a")
    try client.settle(topUp, "PAID")
    let path = try path(of: topUp)
    let seen = try client.get(path)
    #expect(seen.status == 200)
    #expect(seen.json["status"] as? String == "PAID")
    #expect(seen.json["paidAt"] as? String != nil)
    #expect(try client.balance() == "10000.00")
  }

  @Test("is answered as stored within seconds while Xendit hangs")
  func hangs() throws {
    let topUp = try client.topUp(10_000, key: "a")
    try client.faults(#"{"on":"list","mode":"slow","seconds":30,"times":9}"#)
    #expect(try client.get(path(of: topUp)).json["status"] as? String == "PENDING")
  }

  @Test("is cancelled at Xendit too, and a payment that comes all the same is credited")
  func cancelled() throws {
    let topUp = try client.topUp(10_000, key: "a")
    let path = try path(of: topUp)
    let answer = try client.post(path + "/cancel")
    #expect(answer.status == 200)
    #expect(answer.json["status"] as? String == "EXPIRED")
    #expect(try client.invoices().map { $0["status"] as? String } == ["EXPIRED"])
    #expect(try client.post(path + "/cancel").status == 409)
    try client.pay(topUp)
    #expect(try client.balance() == "10000.00")
    #expect(try client.post(path + "/cancel").status == 409)
  }

  @Test("stays open if Xendit does not say whether its invoice has ended")
  func cancelUnknown() throws {
    let topUp = try client.topUp(10_000, key: "a")
    try client.fault("expire", "reset")
    #expect(try client.post(path(of: topUp) + "/cancel").status == 503)
    #expect(try client.post(path(of: topUp) + "/cancel").status == 200)
  }

  @Test(
    "that does not exist is 404, with or without a slash too many",
    arguments: [
      "/x", "/", "//", "/x/", "/x/y", "/x/cancel/", "/x/cancel", "/%2e%2e/webhooks",
    ])
  func missing(rest: String) throws {
    let path = "/api/v1/payments/wallet-top-ups" + rest
    for answer in [try client.get(path), try client.post(path)] {
      #expect([404, 405].contains(answer.status), "\(path): \(answer.text)")
    }
  }

  private func path(of topUp: HTTPAnswer) throws -> String {
    let id = try #require(topUp.json["id"] as? String, "\(topUp.text)")
    return "/api/v1/payments/wallet-top-ups/\(id)"
  }
}
