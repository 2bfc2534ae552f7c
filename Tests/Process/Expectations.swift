// What the tests expect of a refusal, and what they need to run at all.

import Programs
import Support
import Testing

extension Site {
  static let notBuilt: Comment = "needs swift build -c release"
}

/// For what happens to SQLite's files, and what is done with them: a server has its own.
let aboutSQLite: ConditionTrait = .enabled(if: !PostgreSQL.isTried, "it is about SQLite's files")

/// For what is said of a request, a file or a setting before the store is asked: once is enough.
let withoutStore: ConditionTrait = .enabled(if: !PostgreSQL.isTried, "no store has a part in it")

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
    && (answer.header("retry-after") != nil)
      == ([429, 503].contains(status) || name == "request-in-progress")
  let comment: Comment = "\(comment) → \(answer.status) \(answer.text)"
  #expect(isProblem, comment, sourceLocation: sourceLocation)
  #expect(answer.pointers == pointers, comment, sourceLocation: sourceLocation)
}
