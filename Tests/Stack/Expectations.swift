// What holds for every answer and for every problem document.

import Support
import Testing

/// For what happens to SQLite's files, and what is done with them: a server has its own.
let aboutSQLite: ConditionTrait = .enabled(if: !PostgreSQL.isTried, "it is about SQLite's files")

/// For what nginx says by itself, and for the sandbox, whose store is a file: once is enough.
let withoutStore: ConditionTrait = .enabled(if: !PostgreSQL.isTried, "no store has a part in it")

/// The headers of every answer of the API, each exactly once.
let everyAnswersHeaders: [String: String] = [
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "server": "nginx",
]

func expectHeaders(
  _ answer: HTTPAnswer, _ comment: Comment? = nil, location: SourceLocation = #_sourceLocation
) {
  for (name, value) in everyAnswersHeaders {
    #expect(answer.header(name) == value, comment, sourceLocation: location)
  }
  let id = answer.header("x-request-id") ?? ""
  #expect(id.utf8.count == 32 && id.allSatisfy(\.isHexDigit), comment, sourceLocation: location)
}

/// Expects a problem document (RFC 9457) of this type, and all that nginx adds to it.
func expectProblem(
  _ answer: HTTPAnswer, _ status: Int, _ type: String, _ comment: Comment? = nil,
  location: SourceLocation = #_sourceLocation
) {
  let problem = answer.json
  #expect(answer.status == status, comment, sourceLocation: location)
  #expect(
    answer.header("content-type") == "application/problem+json", comment, sourceLocation: location)
  #expect(
    problem["type"] as? String == "urn:dompet:problem:\(type)", comment, sourceLocation: location)
  #expect(problem["status"] as? Int == status, comment, sourceLocation: location)
  #expect((problem["title"] as? String)?.isEmpty == false, comment, sourceLocation: location)
  #expect((problem["detail"] as? String)?.isEmpty == false, comment, sourceLocation: location)
  #expect(
    problem["requestId"] as? String == answer.header("x-request-id"), comment,
    sourceLocation: location)
  let retries = [429, 503].contains(status)
  #expect((answer.header("retry-after") != nil) == retries, comment, sourceLocation: location)
  #expect((answer.header("allow") != nil) == (status == 405), comment, sourceLocation: location)
  expectHeaders(answer, comment, location: location)
}
