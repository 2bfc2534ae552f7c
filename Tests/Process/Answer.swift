// What a program answered: the records of FastCGI, and the CGI response within them.

import Foundation
import Support
import Testing

/// A response in CGI's form (RFC 3875, section 6).
struct Answer {
  let status: Int
  /// In the order in which they came, the names in lower case.
  let headers: [(name: String, value: String)]
  let body: [UInt8]

  /// Nil if the bytes are not one whole response of that form.
  init?(cgi bytes: [UInt8]) {
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
  func header(_ name: String) -> String? {
    let values = headers.filter { $0.name == name }.map(\.value)
    return values.count == 1 ? values[0] : nil
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The members of the body, if that is a JSON object; else none.
  var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
  }

  func string(_ name: String) -> String? { json[name] as? String }

  /// The places that a problem document complains of, in its order.
  var pointers: [String] {
    (json["errors"] as? [[String: Any]] ?? []).compactMap { $0["pointer"] as? String }
  }
}

/// What came back on one connection.
struct Exchange {
  /// The answers that were ended by END_REQUEST with status 0 and "request complete".
  let answers: [Answer]
  /// Whether there was nothing else.
  let isClean: Bool

  init(_ bytes: [UInt8]) {
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

/// Expects a problem document (RFC 9457) with exactly these members and these faults.
func expectProblem(
  _ answer: Answer, _ status: Int, _ name: String, pointers: [String] = [],
  _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let json = answer.json
  let members: Set = ["type", "title", "status", "detail", "requestId"]
  let isProblem =
    answer.status == status && answer.header("content-type") == "application/problem+json"
    && json["type"] as? String == "urn:dompet:problem:\(name)"
    && json["status"] as? Int == status
    && (json["title"] as? String)?.isEmpty == false
    && (json["detail"] as? String)?.isEmpty == false
    && (json["requestId"] as? String)?.wholeMatch(of: /[0-9a-f]{32}/) != nil
    && Set(json.keys) == (pointers.isEmpty ? members : members.union(["errors"]))
    && (answer.header("www-authenticate") == "Bearer") == (status == 401)
    && (answer.header("retry-after") != nil) == (status == 503 || name == "request-in-progress")
  let comment: Comment = "\(comment) → \(answer.status) \(answer.text)"
  #expect(isProblem, comment, sourceLocation: sourceLocation)
  #expect(answer.pointers == pointers, comment, sourceLocation: sourceLocation)
}
