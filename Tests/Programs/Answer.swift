// What a program answered: the records of FastCGI, and the CGI response within them.

import Foundation
import Support

/// A response in CGI's form (RFC 3875, section 6).
public struct Answer: Sendable {
  public let status: Int
  /// In the order in which they came, the names in lower case.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  /// Nil if the bytes are not one whole response of that form.
  public init?(cgi bytes: [UInt8]) {
    let mark = Array("\r\n\r\n".utf8)
    let starts = bytes.indices.dropLast(3)
    guard let end = starts.first(where: { bytes[$0...].starts(with: mark) }) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    headers = lines.map { line in
      let parts = line.components(separatedBy: ": ")
      return (parts[0].lowercased(), parts.dropFirst().joined(separator: ": "))
    }
    body = Array(bytes[(end + 4)...])
    guard let first = headers.first, first.name == "status", let status = Int(first.value.prefix(3))
    else { return nil }
    self.status = status
  }

  /// The value of a header that came exactly once.
  public func header(_ name: String) -> String? {
    let values = headers.filter { $0.name == name }.map(\.value)
    return values.count == 1 ? values[0] : nil
  }

  public var text: String { String(decoding: body, as: UTF8.self) }

  /// The members of the body, if that is a JSON object; else none.
  public var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
  }

  public func string(_ name: String) -> String? { json[name] as? String }

  /// The places that a problem document complains of, in its order.
  public var pointers: [String] {
    (json["errors"] as? [[String: Any]] ?? []).compactMap { $0["pointer"] as? String }
  }
}

/// What came back on one connection.
public struct Exchange: Sendable {
  /// The answers that were ended by END_REQUEST with status 0 and "request complete".
  public let answers: [Answer]
  /// Whether there was nothing else.
  public let isClean: Bool

  public init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    var output: [UInt8] = []
    var answers: [Answer] = []
    var isClean = true
    while rest.count >= 8 {
      let head = Array(rest.prefix(8))
      let length = Int(head[4]) << 8 | Int(head[5])
      let content = Array(rest.dropFirst(8).prefix(length))
      rest = rest.dropFirst(8 + length + Int(head[6]))
      switch head[1] {
      case Record.output: output += content
      case Record.end:
        if let answer = Answer(cgi: output), content == [0, 0, 0, 0, 0, 0, 0, 0] {
          answers.append(answer)
        } else {
          isClean = false
        }
        output = []
      default: isClean = false
      }
    }
    self.answers = answers
    self.isClean = isClean && rest.isEmpty && output.isEmpty
  }
}
