// Reader and writer against each other, against Foundation's JSONSerialization, and against
// documents that chance has damaged.

import Foundation
import JSON
import Support
import Testing

@Suite struct RoundTripTests {
  @Test(
    "Foundation reads the same from a document and from what is written of it",
    .enabled(if: Vectors.exist, "needs shared/vectors beside the checkout"),
    arguments: Vectors.suite("y_").filter { !JSONTestSuiteTests.repeatedNames.contains($0) })
  func suiteAgainstFoundation(_ name: String) throws {
    try expectAgreement(Vectors.suiteFile(name))
  }

  @Test("Foundation and this reader read the same from random documents")
  func randomAgainstFoundation() throws {
    var random = SeededGenerator(state: 2)
    for _ in 0..<500 * Scale.factor {
      try expectAgreement(Array(RandomDocument.text(depth: 4, &random).utf8))
    }
  }

  @Test("damaged documents never trap, and what is read of them can be written and read again")
  func damaged() throws {
    var random = SeededGenerator(state: 3)
    var documents = (0..<100).map { _ in Array(RandomDocument.text(depth: 3, &random).utf8) }
    for name in Vectors.suite("") where Vectors.suiteFile(name).count < 1000 {
      documents.append(Vectors.suiteFile(name))
    }
    var readCount = 0
    for _ in 0..<40_000 * Scale.factor {
      guard var document = documents.randomElement(using: &random) else { return }
      for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&document, &random) }
      guard let value = try? JSONValue.parse(document) else { continue }
      readCount += 1
      let again = try JSONValue.parse(bytes(value))
      #expect(again == value)
      #expect(bytes(again) == bytes(value))
    }
    #expect(readCount > 1000)
  }

  private func damage(_ document: inout [UInt8], _ random: inout SeededGenerator) {
    let start = Int.random(in: 0...document.count, using: &random)
    let end = min(document.count, start + Int.random(in: 0...4, using: &random))
    let alphabet =
      Array("{}[]\":,\\u0019dD8eE+-.tfn \t\n/".utf8) + [0, 0x1F, 0x80, 0xC3, 0xED, 0xF4]
    switch Int.random(in: 0..<5, using: &random) {
    case 0: document.removeSubrange(start..<end)
    case 1: document.insert(contentsOf: document[start..<end], at: end)
    case 2: document.insert(alphabet.randomElement(using: &random) ?? 0, at: start)
    case 3 where start < end: document[start] = alphabet.randomElement(using: &random) ?? 0
    case 4 where start < end: document[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    default: document.append(contentsOf: document[start..<end])
    }
  }

  private func expectAgreement(_ document: [UInt8]) throws {
    let ours = try JSONValue.parse(document)
    for text in [document, bytes(ours)] {
      let theirs = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
      #expect(agree(ours, theirs), "\(String(decoding: text, as: UTF8.self))")
    }
    #expect(try JSONValue.parse(bytes(ours)) == ours)
  }

  private func agree(_ ours: JSONValue, _ theirs: Any) -> Bool {
    switch ours {
    case .null: return theirs is NSNull
    case .bool(let bool): return theirs as? Bool == bool
    case .number(let number): return isNear((theirs as? NSNumber)?.doubleValue, number.text)
    case .string(let text): return (theirs as? String).map { Array($0.utf8) } == Array(text.utf8)
    case .array(let elements):
      guard let theirs = theirs as? [Any], theirs.count == elements.count else { return false }
      return zip(elements, theirs).allSatisfy { agree($0, $1) }
    case .object(let members):
      guard let theirs = theirs as? [String: Any], theirs.count == members.count else {
        return false
      }
      return members.allSatisfy { member in
        theirs[member.name].map { agree(member.value, $0) } ?? false
      }
    }
  }
}

/// Foundation is a few units off in the last place of tiny numbers.
private func isNear(_ theirs: Double?, _ digits: String) -> Bool {
  guard let theirs, let ours = Double(digits) else { return false }
  return abs(theirs - ours) <= abs(ours) * 1e-15
}

/// Valid documents with every kind of value, escapes and white space.
enum RandomDocument {
  static func text(depth: Int, _ random: inout SeededGenerator) -> String {
    let space = ["", "", " ", "\n\t", "\r\n"].randomElement(using: &random) ?? ""
    let count = Int.random(in: 0...5, using: &random)
    switch Int.random(in: depth > 0 ? 0..<8 : 3..<8, using: &random) {
    case 0, 1:
      let members = (0..<count).map { number in
        "\(space)\"\(number)\(characters(&random))\"\(space):\(text(depth: depth - 1, &random))"
      }
      return "\(space){\(space)\(members.joined(separator: ","))}\(space)"
    case 2:
      let elements = (0..<count).map { _ in text(depth: depth - 1, &random) }
      return "[\(space)\(elements.joined(separator: ","))]"
    case 3: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
    case 4, 5:
      let numbers = ["0", "-0.0", "17", "-3.25", "1e3", "2.5E-7", "123456789012", "6E+2"]
      return space + (numbers.randomElement(using: &random) ?? "0")
    default: return "\"\(characters(&random))\""
    }
  }

  private static func characters(_ random: inout SeededGenerator) -> String {
    let pieces = [
      "a", "Zoë", "€", "😀", "\u{7F}", #"\""#, #"\\"#, #"\/"#, #"\n"#, #"\u0000"#, #"\u00e9"#,
      #"\uD83D\uDE00"#, "top-up", " ", "{", "[", ":", ",",
    ]
    return (0..<Int.random(in: 0...6, using: &random))
      .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }
}
