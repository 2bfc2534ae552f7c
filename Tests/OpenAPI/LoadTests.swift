// What each call answers when nginx speaks for the programs: too many requests, or nobody there.

import Foundation
import Support
import Testing

@Suite(
  "Described for trouble",
  .enabled(if: Description.isReadable, "needs Tests/run's packages"))
struct LoadTests {
  private static let limited = Result {
    // Slower than any machine is, so that the time a test takes decides nothing.
    try Nginx(edits: ["rate=20r/s": "rate=1r/m", "rate=5r/s": "rate=1r/m"]).shared()
  }

  /// The limit on events is far above what a test can send.
  @Test(
    "is 429 while too many requests come",
    arguments: Description.operations.filter { !$0.isLocal && $0.security != ["callbackToken"] })
  func tooMany(_ operation: Operation) throws {
    let port = try Self.limited.get().port
    for _ in 0...burst {
      let answer = try HTTP.send(operation.method, concrete(operation.path), port: port)
      guard answer.status == 429 else { continue }
      #expect(operation.statuses.contains(429))
      #expect(answer.json["type"] as? String == "urn:dompet:problem:too-many-requests")
      #expect(answer.header("retry-after") != nil)
      return
    }
    Issue.record("never 429")
  }

  /// So many come through at once, beyond the first.
  private let burst = 100 + 1

  private static let unlimited = Result {
    try Nginx(edits: ["limit_req_zone $dompet_client": "limit_req_zone \"\""]).shared()
  }

  @Test("is 503 while no program is there", arguments: Description.operations.filter { !$0.isFile })
  func nobody(_ operation: Operation) throws {
    let port = try Self.unlimited.get().port
    let answer = try HTTP.send(operation.method, concrete(operation.path), port: port)
    #expect(answer.status == 503)
    #expect(operation.statuses.contains(503))
    #expect(answer.json["type"] as? String == "urn:dompet:problem:busy")
    #expect(answer.header("retry-after") != nil)
  }
}
