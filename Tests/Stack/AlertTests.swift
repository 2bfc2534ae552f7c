// The figures, and the rules that say when they should wake somebody, as Prometheus reads them.

import Foundation
import Support
import Testing

@Suite(
  "Figures and alerts",
  .enabled(if: Stack.isBuilt && Promtool.isInstalled, "needs Tests/run's packages and a build"))
struct AlertTests {
  private static let rules = Checkout.root + "/nginx/dompet-alerts.yaml"
  private static let pages = ["auth", "wallets", "payments", "webhook"]

  @Test("are in the form that Prometheus wants", arguments: pages)
  func form(_ page: String) throws {
    let text = try figures(page, of: Stack.shared.get())
    let result = try runCommand(Promtool.path, ["check", "metrics"], input: Array(text.utf8))
    #expect(result.status == 0, "\(result.errors)\(result.output)")
  }

  @Test("have rules that Prometheus takes, and each is raised by what it is for")
  func alerts() throws {
    let check = try runCommand(Promtool.path, ["check", "rules", Self.rules])
    #expect(check.status == 0, "\(check.errors)\(check.output)")
    let cases = Checkout.root + "/Tests/Stack/alerts.yaml"
    let result = try runCommand(Promtool.path, ["test", "rules", cases])
    #expect(result.status == 0, "\(result.errors)\(result.output)")
    let names = try text(Self.rules).matches(of: /alert: (\w+)/).map { String($0.1) }
    let tested = try text(cases)
    for name in names { #expect(tested.contains("\"\(name)\""), "\(name) has no case") }
  }

  @Test("have no rule about a figure that nobody gives")
  func known() throws {
    let stack = try Stack()
    try Client(on: stack).verify()
    let all = try Self.pages.map { try figures($0, of: stack) }.joined()
    for match in try text(Self.rules).matches(of: /dompet_[a-z_]+/) {
      let name = match.0.replacing(/_bucket$/, with: "")
      #expect(all.contains("# TYPE \(name) "), "\(name)")
    }
  }

  @Test("count the requests of each route by their answer")
  func requests() throws {
    let stack = try Stack()
    let client = try Client(on: stack)
    for _ in 0..<3 { _ = try client.balance() }
    _ = try HTTP.send("GET", "/api/v1/wallets/me", port: stack.port)
    let text = try figures("wallets", of: stack)
    let labels = #"route="/api/v1/wallets/me",method="GET""#
    #expect(text.contains(#"dompet_requests_total{\#(labels),status="200"} 3"#), "\(text)")
    #expect(text.contains(#"dompet_requests_total{\#(labels),status="401"} 1"#))
    #expect(text.contains("dompet_request_duration_seconds_count{\(labels)} 4"))
  }

  private func figures(_ page: String, of stack: Stack) throws -> String {
    let answer = try HTTP.send("GET", "/metrics/\(page)", port: stack.port)
    #expect(answer.status == 200)
    return answer.text
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }
}

extension Client {
  /// Notes its result, which is a figure.
  fileprivate func verify() throws {
    let result = try dompet("verify")
    try #require(result.status == 0, "\(result.errors)")
  }
}

enum Promtool {
  /// Tests/run unpacks it there: installing its package would start a Prometheus.
  static let path = Checkout.root + "/.build-tests/prometheus/usr/bin/promtool"
  static let isInstalled = (try? runCommand(Promtool.path, ["--version"]).status) == 0
}
