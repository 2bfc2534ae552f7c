// Xendit hangs, and dozens wait for it: whoever does not need it is served as ever.

import Foundation
import Programs
import Support
import Testing

@Suite("While Xendit hangs", .enabled(if: Stack.isBuilt, "needs swift build -c release"))
struct HangTests {
  private static let creates = 64
  private static let lists = 300

  @Test("and 64 creates wait, the list of top-ups is answered each time")
  func list() throws {
    let stack = try Stack(["--no-rate-limit"])
    let journal = try Journal()
    var customer = Customer(of: stack, journal: journal)
    try customer.join()
    let bearer = [("Authorization", "Bearer \(customer.token)")]
    _ = try HTTP.send(
      "PUT", "/sandbox/control/faults", port: stack.port,
      json: #"[{"on":"create","mode":"slow","seconds":30,"times":1000}]"#)
    let statuses = Shared<[Int: Int]>([:])
    let milliseconds = Shared<[Double]>([])
    inThreads(Self.creates + 1) { number in
      if number == 0 {
        // The creates come first.
        usleep(500_000)
        for _ in 0..<Self.lists {
          let begin = DispatchTime.now().uptimeNanoseconds
          let answer = try? HTTP.send(
            "GET", "/api/v1/payments/wallet-top-ups", port: stack.port, headers: bearer)
          let nanoseconds = DispatchTime.now().uptimeNanoseconds - begin
          milliseconds.withLock { $0.append(Double(nanoseconds) / 1e6) }
          statuses.withLock { $0[answer?.status ?? 0, default: 0] += 1 }
        }
      } else {
        _ = try? HTTP.send(
          "POST", "/api/v1/payments/wallet-top-ups", port: stack.port,
          headers: bearer + [("Idempotency-Key", "hang-\(number)")], json: #"{"amount":10000}"#)
      }
    }
    #expect(statuses.withLock { $0 } == [200: Self.lists])
    let sorted = milliseconds.withLock { $0.sorted() }
    let p99 = String(format: "p99 %.1f ms", sorted[sorted.count * 99 / 100])
    Report.fault(
      "Xendit hangs, 64 creates wait: lists answered", tried: Self.lists, lost: 0, doubled: 0,
      control: p99)
  }
}
