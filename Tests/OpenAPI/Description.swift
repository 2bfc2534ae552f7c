// nginx/openapi.yaml as the tests read it: Python's YAML makes JSON of it.

import Foundation
import Support
import Testing

/// One call as the description has it.
struct Operation: @unchecked Sendable, CustomTestStringConvertible {
  let id: String
  /// Upper case.
  let method: String
  let path: String
  let statuses: Set<Int>
  let hasQuery: Bool
  let hasBody: Bool
  /// The names of its security schemes; none if anybody may ask.
  let security: [String]
  /// nginx's own: the description and its page.
  let isFile: Bool
  let isLocal: Bool
  /// By status, as they stand there: made once, and never changed.
  let responses: [String: [String: Any]]
  let bodyExample: Any?

  var testDescription: String { "\(method) \(path)" }
}

enum Description {
  static let path = Checkout.root + "/nginx/openapi.yaml"
  static let isReadable = Python.isInstalled
  static let unreadable: String = "needs the Python packages that Tests/run installs"

  /// The whole document; empty if it cannot be read.
  static func document() throws -> [String: Any] {
    let program = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"
    let result = try runCommand(Python.interpreter, ["-c", program, path])
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return json as? [String: Any] ?? [:]
  }

  static let operations: [Operation] = {
    guard isReadable, let document = try? document() else { return [] }
    let paths = document["paths"] as? [String: [String: [String: Any]]] ?? [:]
    return paths.flatMap { path, item in
      item.map { method, call in operation(path, method, call) }
    }.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
  }()

  private static func operation(_ path: String, _ method: String, _ call: [String: Any])
    -> Operation
  {
    let parameters = call["parameters"] as? [[String: Any]] ?? []
    let schemes = call["security"] as? [[String: Any]] ?? [["bearer": []]]
    let tags = call["tags"] as? [String] ?? []
    let responses = call["responses"] as? [String: [String: Any]] ?? [:]
    let body = call["requestBody"] as? [String: Any]
    let content = body?["content"] as? [String: [String: Any]]
    return Operation(
      id: call["operationId"] as? String ?? "", method: method.uppercased(), path: path,
      statuses: Set(responses.keys.compactMap { Int($0) }),
      hasQuery: parameters.contains {
        $0["in"] as? String == "query" || ($0["$ref"] as? String)?.hasSuffix("/Limit") == true
      },
      hasBody: body != nil, security: schemes.flatMap(\.keys),
      isFile: tags.contains("description"), isLocal: tags.contains("operator"),
      responses: responses, bodyExample: content?["application/json"]?["example"])
  }
}

/// Text without what differs from run to run, for examples and samples.
func plain(_ text: String) -> String {
  text.replacing(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?/, with: "ID")
    .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, with: "TIME")
    .replacing(/(?:WTU|TRF)-\d{8}-[0-9A-F]{16}/, with: "REFERENCE")
    .replacing(/"requestId":"[0-9a-f]{32}"/, with: "REQUEST")
    .replacing(/"accessToken":"[^"]+"/, with: "ACCESS")
    .replacing(/"(?:refreshToken|token)":"[^"]+"/, with: "TOKEN")
    .replacing(/\b[0-9a-f]{24}\b/, with: "INVOICE")
}
