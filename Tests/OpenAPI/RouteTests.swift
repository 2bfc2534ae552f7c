// The description, the programs' route tables and nginx's locations are held against each other,
// both ways: whatever is described answers so, and whatever answers is described.

import Foundation
import Support
import Testing

@Suite(
  "Routes and description",
  .enabled(if: Description.isReadable && Stack.isBuilt, "needs Tests/run's packages and a build"))
struct RouteTests {
  @Test("agree on the methods of each path", arguments: paths)
  func methods(_ path: String) throws {
    let described = Description.operations.filter { $0.path == path }.map(\.method)
    let answer = try HTTP.send("OPTIONS", concrete(path), port: Stack.shared.get().port)
    #expect(answer.status == 204)
    let allowed = answer.header("allow")?.components(separatedBy: ", ") ?? []
    let implied = described.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]
    #expect(Set(allowed) == Set(described + implied))
    #expect(allowed.count == Set(allowed).count)
  }

  /// The programs answer for each described path; so with as many routes, none is undescribed.
  @Test(
    "agree on how many calls of each method there are",
    arguments: ["get", "post", "put", "patch", "delete"])
  func count(_ method: String) throws {
    let routes = try Stack.programs.map { program in
      let file = "\(Checkout.root)/Sources/\(program)/Program.swift"
      return try String(contentsOfFile: file, encoding: .utf8)
        .matches(of: /Route\(\s*\.([a-z]+),/).count { $0.1 == method }
    }.reduce(0, +)
    let described = Description.operations.filter {
      $0.method == method.uppercased() && !$0.isFile && !$0.isLocal
    }
    #expect(routes == described.count)
  }

  @Test("agree with nginx: each path of a location is described")
  func locations() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Checkout.root + "/nginx")
    let conf = try files.filter { $0.hasPrefix("dompet") && $0.hasSuffix(".conf") }
      .map { try String(contentsOfFile: "\(Checkout.root)/nginx/\($0)", encoding: .utf8) }
    let blocks = conf.filter { !$0.contains("dompet_sandbox") }.joined()
      .matches(of: /(?m)^location (=|\^~) (\S+) \{((?:.|\n)*?)^\}/)
    #expect(blocks.count > 10)
    // The web client's files are no calls.
    for block in blocks where !block.3.contains("internal;") && !block.2.hasPrefix("/wallet") {
      let path = String(block.2)
      let isDescribed = Self.paths.contains {
        block.1 == "=" ? $0 == path : $0.hasPrefix(path)
      }
      #expect(isDescribed, "\(path)")
    }
  }

  @Test(
    "agree on what each call answers to a request that it must refuse",
    arguments: Description.operations)
  func refusals(_ operation: Operation) throws {
    let port = try Stack.shared.get().port
    for refusal in try refusals(of: operation) {
      #expect(operation.statuses.contains(refusal.status), "\(refusal.status)")
      let answer = try HTTP.send(
        operation.method, concrete(operation.path) + refusal.query, port: port,
        headers: refusal.headers, body: refusal.body)
      #expect(answer.status == refusal.status, "\(refusal.headers): \(answer.text)")
    }
  }

  /// A request that must be refused, and how.
  private struct Refusal {
    let status: Int
    var query = ""
    var headers: [(String, String)] = []
    var body: [UInt8]?
  }

  private func refusals(of operation: Operation) throws -> [Refusal] {
    let stack = try Stack.shared.get()
    var proof: [(String, String)] = []
    var found: [Refusal] = []
    if operation.security == ["bearer"] {
      proof = [("Authorization", "Bearer \(try Person.shared.get().token)")]
      found.append(Refusal(status: 401, headers: [("Content-Type", "text/plain")], body: [123]))
    } else if operation.security == ["callbackToken"] {
      proof = [("X-Callback-Token", stack.settings["XENDIT_WEBHOOK_TOKEN"] ?? "")]
      found.append(Refusal(status: 401))
    }
    if operation.hasQuery {
      found.append(Refusal(status: 400, query: "?limit=0&color=red", headers: proof))
    }
    if operation.path.contains("{id}") { found.append(Refusal(status: 404, headers: proof)) }
    guard operation.hasBody else { return found }
    let json = [("Content-Type", "application/json")] + proof
    let large = [UInt8](repeating: 32, count: 65_537)
    found += [
      Refusal(status: 400, headers: json, body: Array("{}".utf8)),
      Refusal(status: 400, headers: json, body: Array("[".utf8)),
      Refusal(status: 413, headers: json, body: large),
    ]
    if operation.statuses.contains(415) {
      let other = [("Content-Type", "text/plain")] + proof
      found.append(Refusal(status: 415, headers: other, body: Array("{}".utf8)))
    }
    return found
  }

  private static let paths = Set(Description.operations.map(\.path)).sorted()
}

/// The path with an id in it that nothing has.
func concrete(_ path: String) -> String {
  path.replacing("{id}", with: "00000000-0000-7000-8000-000000000000")
}
