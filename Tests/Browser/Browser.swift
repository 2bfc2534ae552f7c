// A scenario of Tests/Browser/*.py, run in Debian's chromium before the real product.

import Foundation
import Support
import Testing

enum Browser {
  /// Pictures of what each scenario came by, for a person to look at.
  static let pictures = Checkout.root + "/.build-tests/screenshots"

  /// Why no scenario can be run; nil if they can.
  static let obstacle: String? = {
    if !Stack.isBuilt { return Stack.notBuilt }
    if !FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") {
      return "needs Debian's package chromium, which Tests/run installs"
    }
    let modules = ["-c", "import playwright.sync_api, axe_playwright_python.sync_playwright"]
    guard Python.isInstalled, let tried = try? runCommand(Python.interpreter, modules),
      tried.status == 0
    else { return "needs the Python packages that Tests/run installs" }
    return nil
  }()
  static let isThere = obstacle == nil
  static let reason = Comment(rawValue: obstacle ?? "")

  /// One for the scenarios that change what the provider does to everybody.
  private static let disturbed: Result<Stack, any Error> = Result {
    try Stack(["--no-rate-limit"]).keptUntilExit()
  }

  /// Expects that it finds nothing wrong; what it has measured is printed.
  static func perform(
    _ scenario: String, disturbing: Bool = false, location: SourceLocation = #_sourceLocation
  ) throws {
    let stack = try (disturbing ? disturbed : Stack.shared).get()
    // -B: no folder with compiled modules between the sources.
    let result = try runCommand(
      Python.interpreter,
      [
        "-B", Checkout.root + "/Tests/Browser/scenarios.py", scenario,
        "http://127.0.0.1:\(stack.port)", pictures,
      ],
      environment: Stack.environment, timeoutSeconds: 240)
    if !result.output.isEmpty { print(result.output, terminator: "") }
    #expect(result.status == 0, "\(result.errors)", sourceLocation: location)
  }
}
