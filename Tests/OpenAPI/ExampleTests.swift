// The examples of the description and the samples of the README are what was recorded.

import Foundation
import Support
import Testing

@Suite("Examples", .enabled(if: Description.isReadable, "\(Description.unreadable)"))
struct ExampleTests {
  @Test("are there for each answer in JSON, and were recorded", arguments: Description.operations)
  func answers(_ operation: Operation) throws {
    let recorded = try exchanges().filter { $0.isOf(operation) }
    for (status, response) in operation.responses {
      guard let content = (response["content"] as? [String: [String: Any]])?["application/json"]
      else { continue }
      let example = try #require(content["example"], "\(status) has no example")
      let bodies = recorded.filter { "\($0.status)" == status }.map { stable($0.answerBody) }
      #expect(bodies.contains(stable(example)), "\(status)")
    }
    if let example = operation.bodyExample {
      let bodies = recorded.filter { $0.status < 300 }.map { stable($0.requestBody) }
      #expect(bodies.contains(stable(example)), "the request's body")
    }
    #expect((operation.bodyExample != nil) == operation.hasBody)
  }

  @Test("of problems were recorded")
  func problems() throws {
    let components = try Description.document()["components"] as? [String: Any]
    let responses = components?["responses"] as? [String: [String: Any]] ?? [:]
    let bodies = Set(try exchanges().map { stable($0.answerBody) })
    for (name, response) in responses {
      let content = response["content"] as? [String: [String: Any]]
      guard let example = content?["application/problem+json"]?["example"] else { continue }
      #expect(bodies.contains(stable(example)), "\(name)")
    }
  }

  @Test("in the README were recorded")
  func readme() throws {
    let readme = try String(contentsOfFile: Checkout.root + "/README.md", encoding: .utf8)
    let samples = readme.components(separatedBy: "```console\n").dropFirst()
      .flatMap { $0.components(separatedBy: "```")[0].split(separator: "\n") }
      .filter { $0.hasPrefix("{") }
    #expect(samples.count >= 4)
    let bodies = Set(try exchanges().map { stable($0.answerBody) })
    for sample in samples { #expect(bodies.contains(stable(String(sample))), "\(sample)") }
  }

  private func exchanges() throws -> [Exchange] {
    try Transcript.all.flatMap { try $0.read() }
  }

  /// JSON in one spelling, without what differs from run to run.
  private func stable(_ text: String) -> String {
    let filled = text.replacing(
      /\{(date|time|request|transaction|id|reference|invoice)(?::[a-z0-9 -]+)?\}/
    ) {
      switch $0.1 {
      case "time": "2000-01-01T00:00:00.000Z"
      case "request": String(repeating: "0", count: 32)
      case "reference": "WTU-20000101-0000000000000000"
      case "invoice": String(repeating: "0", count: 24)
      case "transaction": "00000000-0000-7000-8000-000000000000-1"
      default: "00000000-0000-7000-8000-000000000000"
      }
    }
    let json = try? JSONSerialization.jsonObject(
      with: Data(filled.utf8), options: .fragmentsAllowed)
    return json.map(stable) ?? plain(text)
  }

  private func stable(_ json: Any) -> String {
    let data = try? JSONSerialization.data(
      withJSONObject: json, options: [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
    return plain(data.map { String(decoding: $0, as: UTF8.self) } ?? "")
  }
}
