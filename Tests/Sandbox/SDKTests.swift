// A client that we did not write: Xendit's own SDK for Python.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct SDKTests {
  @Test(
    "Xendit's Python SDK creates, reads, looks up, lists and expires, and knows our errors",
    .enabled(if: Python.isInstalled, "Tests/run installs it"))
  func session() throws {
    let rig = try Rig()
    let script = Checkout.root + "/Tests/Sandbox/sdk_session.py"
    let result = try runCommand(
      Python.interpreter, [script, "http://127.0.0.1:\(rig.port)/sandbox", Rig.secretKey])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "ok\n")
  }
}
