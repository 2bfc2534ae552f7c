// The installation's file of settings, as an operator's command reads it.

import Programs
import Support
import Testing

@Suite(
  "The file of settings", .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct ConfigurationFileTests {
  private let site: Site

  init() throws {
    site = try Site()
    _ = try site.start("dompet-auth").stop()
  }

  private func review(_ content: String, _ environment: [String: String] = [:]) throws
    -> CommandResult
  {
    let file = try site.directory.write(content, to: "etc/dompet.env")
    return try runCommand(
      Checkout.program("dompet"), ["review"],
      environment: ["DOMPET_CONFIG": file].merging(environment) { $1 })
  }

  private var url: String { site.url }

  @Test("says what the environment does not say, as systemd reads it")
  func forms() throws {
    for line in ["DATABASE_URL=\(url)", " DATABASE_URL = \"\(url)\" \r", "DATABASE_URL='\(url)'"] {
      let result = try review("# of this machine\n; too\n\nLOG_LEVEL=\n\(line)\n")
      #expect(result.status == 0, "\(result.errors)")
    }
  }

  @Test("gives way to the environment")
  func environment() throws {
    let result = try review("DATABASE_URL=sqlite:/nowhere", ["DATABASE_URL": url])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test(
    "is refused with the line's number where it is no setting",
    arguments: [
      "DATABASE_URL", "=x", "lower=x", "A B=x", "A=\"x", "A=x\"", "A=\"x\" y", "A=x\\", "A='x\"",
    ])
  func mistakes(line: String) throws {
    let result = try review("DATABASE_URL=\(url)\n\(line)\n")
    #expect(result.status == 78)
    #expect(result.errors.contains("dompet.env, line 2: must be NAME=value"))
  }

  @Test("that cannot be read is refused, and so is one without end")
  func unreadable() throws {
    for path in ["/nowhere/dompet.env", "/", "/dev/zero"] {
      let result = try runCommand(
        Checkout.program("dompet"), ["review"],
        environment: ["DOMPET_CONFIG": path, "DATABASE_URL": url])
      #expect(result.status == 78)
      #expect(result.errors.contains("\(path) cannot be read"))
    }
  }

  @Test("has each secret in a file of its own beside it")
  func secrets() throws {
    let settings = "DATABASE_URL=\(url)\nXENDIT_BASE_URL=http://127.0.0.1:9\n"
    let file = try site.directory.write(settings, to: "etc/dompet.env")
    func reconcile() throws -> CommandResult {
      try runCommand(
        Checkout.program("dompet"), ["reconcile"], environment: ["DOMPET_CONFIG": file])
    }
    let without = try reconcile()
    #expect(without.status == 78 && without.errors.contains("nor in "))
    try site.directory.write(Site.secretKey + "\n", to: "etc/secrets/XENDIT_SECRET_KEY")
    let with = try reconcile()
    #expect(with.status == 0, "\(with.errors)")
  }
}
