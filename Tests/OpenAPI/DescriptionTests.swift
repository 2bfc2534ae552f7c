// The description by itself, and what is made of it.

import Foundation
import Support
import Testing

@Suite("The description", .enabled(if: Description.isReadable, "\(Description.unreadable)"))
struct DescriptionTests {
  @Test("is OpenAPI 3.1")
  func valid() throws {
    let validator = try #require(Python.tool("openapi-spec-validator"))
    let result = try runCommand(validator, ["--schema", "3.1", Description.path])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test("is what the page says (Tests/OpenAPI/page.py makes it)")
  func page() throws {
    let program = Checkout.root + "/Tests/OpenAPI/page.py"
    let made = try runCommand(Python.interpreter, [program]).output
    let page = try String(contentsOfFile: Checkout.root + "/nginx/docs.html", encoding: .utf8)
    #expect(made == page)
  }

  @Test("is shown by a page that loads its style sheet and nothing else")
  func loads() throws {
    let page = try String(contentsOfFile: Checkout.root + "/nginx/docs.html", encoding: .utf8)
    let style = try String(contentsOfFile: Checkout.root + "/nginx/docs.css", encoding: .utf8)
    let loaded = page.matches(of: /<(?:link|script|img|iframe|object|style|form)\b[^>]*>/)
    #expect(loaded.map { String($0.0) } == [#"<link rel="stylesheet" href="docs.css">"#])
    #expect(page.firstMatch(of: /\sstyle=|\son[a-z]+=|javascript:/) == nil)
    #expect(style.firstMatch(of: /url\(|@import/) == nil)
  }

  @Test("names every problem that the programs and nginx answer, and no other")
  func problems() throws {
    let schemas = try #require(
      (try Description.document()["components"] as? [String: Any])?["schemas"] as? [String: Any])
    let problem = try #require(schemas["Problem"] as? [String: Any])
    let type = (problem["properties"] as? [String: [String: Any]])?["type"]
    let described = (type?["enum"] as? [String] ?? []).compactMap {
      $0.split(separator: ":").last.map(String.init)
    }
    let programs = try text("Sources/Service/Problem.swift")
      .matches(of: /\b\d{3},\s+"([a-z-]+)"/).map { String($0.1) }
    let nginx = try text("nginx/dompet-http.conf")
      .components(separatedBy: "$dompet_problem {")[1].components(separatedBy: "}")[0]
      .matches(of: /(?m)^  \S+ ([a-z-]+);/).map { String($0.1) }
    #expect(Set(programs).union(nginx) == Set(described))
    #expect(Set(described).count == described.count)
  }

  @Test(
    "is served as it is, and so are the page and its style sheet",
    .enabled(if: Stack.isBuilt, "\(Stack.notBuilt)"),
    arguments: [
      ("openapi.yaml", "openapi.yaml", "application/yaml"),
      ("docs", "docs.html", "text/html; charset=utf-8"),
      ("docs.css", "docs.css", "text/css; charset=utf-8"),
    ])
  func served(_ path: String, _ file: String, _ type: String) throws {
    let port = try Stack.shared.get().port
    let answer = try HTTP.send("GET", "/api/v1/\(path)", port: port)
    #expect(answer.status == 200)
    #expect(answer.text == (try text("nginx/\(file)")))
    #expect(answer.header("content-type") == type)
    let policy = try #require(answer.header("content-security-policy"))
    #expect(policy.hasPrefix("default-src 'none';"))
    #expect(!policy.contains("script-src") && !policy.contains("unsafe"))
    let refused = try HTTP.send("PUT", "/api/v1/\(path)", port: port)
    #expect(refused.status == 405)
    #expect(refused.header("allow") == "GET, HEAD, OPTIONS")
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: Checkout.root + "/" + path, encoding: .utf8)
  }
}
