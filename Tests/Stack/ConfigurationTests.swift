// nginx itself and a linter judge the configuration.

import Foundation
import Support
import Testing

@Suite("The configuration", withoutStore)
struct ConfigurationTests {
  @Test("is accepted by nginx without a warning")
  func syntax() throws {
    let result = try Nginx.check(Nginx.standalone)
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.errors.contains("[warn]"), "\(result.errors)")
  }

  @Test(
    "has nothing that gixy-ng complains about",
    .enabled(if: Python.tool("gixy") != nil, "Tests/run installs it"))
  func lint() throws {
    let gixy = try #require(Python.tool("gixy"))
    let directory = try TemporaryDirectory()
    try Nginx.write(Nginx.standalone, to: directory, ports: (8080, 8081))
    let result = try runCommand(gixy, ["-f", "json", directory.path + "/nginx/nginx.conf"])
    #expect(try JSONDecoder().decode([Finding].self, from: Data(result.output.utf8)).isEmpty)
  }

  /// A check that cannot fail proves nothing.
  @Test(
    "is something that gixy-ng can complain about",
    .enabled(if: Python.tool("gixy") != nil, "Tests/run installs it"))
  func lintFindsFaults() throws {
    let gixy = try #require(Python.tool("gixy"))
    let directory = try TemporaryDirectory()
    let faulty = Nginx.standalone.replacingOccurrences(
      of: "server_name localhost;", with: "server_name localhost; return 301 http://a$uri;")
    try Nginx.write(faulty, to: directory, ports: (8080, 8081))
    let result = try runCommand(gixy, ["-f", "json", directory.path + "/nginx/nginx.conf"])
    #expect(result.output.contains("http_splitting"))
  }

  @Test("names everything of its own dompet_")
  func names() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Checkout.root + "/nginx")
    let defining = /(?:zone=|^\s*(?:upstream|map \S+|set|log_format|location =) )([^\s:]+)/
    for file in files where file.hasPrefix("dompet") && file.hasSuffix(".conf") {
      let lines = Nginx.file(file).split(separator: "\n").filter { !$0.contains("#") }
      for match in lines.flatMap({ $0.matches(of: defining) }) {
        let name = match.1.drop { "$/".contains($0) }
        let path = ["/api/v1/", "/wallet", "/healthz", "/readyz", "/metrics/"].contains {
          match.1.hasPrefix($0)
        }
        #expect(name.hasPrefix("dompet_") || path, "\(file) defines \(match.1)")
      }
    }
  }

  private struct Finding: Decodable {
    let plugin: String
  }
}
