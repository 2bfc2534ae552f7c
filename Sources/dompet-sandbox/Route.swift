// One row of the route table: a method, a path with at most one `{id}`, and what answers it.

import Domain
import FastCGI

struct Route: Sendable {
  typealias Answer = @Sendable (Sandbox, Call) throws(Refusal) -> Response

  let method: String
  let answer: Answer
  private let pattern: [Substring]

  init(_ method: String, _ path: String, answer: @escaping Answer) {
    self.method = method
    self.pattern = path.split(separator: "/")
    self.answer = answer
  }

  func matches(_ path: [Substring]) -> Bool {
    path.count == pattern.count && zip(pattern, path).allSatisfy { $0 == "{id}" || $0 == $1 }
  }

  /// HEAD is answered like GET; nginx leaves the body out.
  func serves(_ method: String) -> Bool {
    method == self.method || (method == "HEAD" && self.method == "GET")
  }

  func id(in path: [Substring]) -> String {
    zip(pattern, path).first { $0.0 == "{id}" }.map { String($0.1) } ?? ""
  }
}

/// The parts of a path; a slash at its end makes no difference, as Xendit's SDKs send one.
func segments(ofPath path: String) -> [Substring] {
  path.split(separator: "/")
}
