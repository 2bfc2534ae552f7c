// The recorded exchanges are replayed, one after the other, against a stack of their own.
//
// DOMPET_REWRITE_TRANSCRIPTS=1 writes the answers that differ, or are not there yet, as they came:
// to record a call, write its request, run this test so, give names to the values that later
// requests need (`{id:top-up}`), and read what changed.

import Foundation
import Support
import Testing

@Suite(
  "Transcripts",
  .enabled(if: Description.isReadable && Stack.isBuilt, "needs Tests/run's packages and a build"))
struct TranscriptTests {
  @Test("go as they were recorded, and as the description says")
  func replay() throws {
    let replay = try Replay()
    for transcript in Transcript.all {
      var exchanges = try transcript.read()
      #expect(!exchanges.isEmpty)
      for index in exchanges.indices {
        let answer = try replay.run(exchanges[index])
        if let answer, Self.rewrites {
          exchanges[index].answer = answer
        } else if let answer {
          Issue.record("\(transcript.name), \(exchanges[index].title):\n\(answer)")
        }
      }
      if Self.rewrites { try transcript.write(exchanges) }
    }
    let program = Checkout.root + "/Tests/OpenAPI/conform.py"
    let seen = try JSONSerialization.data(withJSONObject: replay.seen)
    let result = try runCommand(Python.interpreter, [program], input: Array(seen))
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("are there for each call, and show it succeed", arguments: Description.operations)
  func complete(_ operation: Operation) throws {
    guard !operation.isFile else { return }
    let transcript = try #require(Transcript.all.first { $0.operation == operation.id })
    let successes = try transcript.read().filter { $0.isOf(operation) && $0.status < 300 }
    #expect(!successes.isEmpty)
  }

  @Test("answer with no status that is not described", arguments: Transcript.all)
  func described(_ transcript: Transcript) throws {
    let operation = try #require(
      Description.operations.first { $0.id == transcript.operation })
    for exchange in try transcript.read() where exchange.isOf(operation) {
      #expect(operation.statuses.contains(exchange.status), "\(exchange.title)")
    }
  }

  private static let rewrites =
    ProcessInfo.processInfo.environment["DOMPET_REWRITE_TRANSCRIPTS"] == "1"
}

extension Exchange {
  func isOf(_ operation: Operation) -> Bool {
    let pattern = operation.path.components(separatedBy: "{id}")
      .map(NSRegularExpression.escapedPattern).joined(separator: "[^/]+")
    return method == operation.method
      && path.range(of: "^\(pattern)$", options: .regularExpression) != nil
  }
}
