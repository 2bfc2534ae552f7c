// nginx/package: what it refuses, with a status of sysexits.h and words that help.

import Support
import Testing

@Suite("nginx/package refuses")
struct RefusalTests {
  @Test(
    "what it does not understand",
    arguments: [
      ["--outptu", "."], ["--output"], ["--output", ""], ["--version"], ["--version", "new"],
      ["--version", "1.0_2"], ["--version", "1 2"], ["."],
    ])
  func usage(_ arguments: [String]) throws {
    let result = try runCommand(Checkout.root + "/nginx/package", arguments)
    #expect(result.status == 64)
    #expect(result.errors.hasPrefix("nginx/package: "))
    #expect(result.output.isEmpty)
  }

  @Test("nothing to somebody who asks for help")
  func help() throws {
    let result = try runCommand(Checkout.root + "/nginx/package", ["--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("--version VERSION"))
  }
}
