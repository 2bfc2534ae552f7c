// How soon a program that was killed is served again, behind nginx.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A killed program", .enabled(if: Stack.isBuilt, "needs swift build -c release"))
struct RestartTests {
  /// The bound is 0.5 s; the rest is for a machine that does much else meanwhile.
  private static let secondsMax = 30.0

  /// What each program answers to a request without any proof: nginx itself says none of these.
  private static let requests: [(program: String, path: String, status: Int)] = [
    ("dompet-auth", "/api/v1/auth/login", 400), ("dompet-wallets", "/api/v1/wallets/me", 405),
    ("dompet-payments", "/api/v1/payments/wallet-top-ups", 401),
    ("dompet-webhook", "/api/v1/payments/webhooks/xendit", 401),
  ]

  @Test("answers the next request, and nobody's connection is refused")
  func restart() throws {
    let stack = try Stack(["--no-rate-limit"])
    var waits: [Double] = []
    for _ in 0..<5 * Scale.factor {
      for (program, path, status) in Self.requests {
        let process = try #require(running(program, in: stack))
        kill(process, SIGKILL)
        // What it had accepted dies with it; this is about what comes afterwards.
        while kill(process, 0) == 0 { usleep(100) }
        let begin = DispatchTime.now()
        let answer = try HTTP.send("POST", path, port: stack.port, json: "{}")
        waits.append(Double(DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds) / 1e9)
        #expect(answer.status == status, "\(program): \(answer.text)")
      }
    }
    let slowest = waits.max() ?? 0
    #expect(slowest < Self.secondsMax)
    Report.fault(
      "kill -9, and the next request (served within \(String(format: "%.2f", slowest)) s)",
      tried: waits.count, lost: 0, doubled: 0)
  }

  /// The process that serves, and not the shell that is about to become it.
  private func running(_ program: String, in stack: Stack) -> pid_t? {
    for _ in 0..<1000 {
      if let process = stack.processID(of: program) {
        let link = "/proc/\(process)/exe"
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
        if path?.hasSuffix("/\(program)") == true { return process }
      }
      usleep(10_000)
    }
    return nil
  }
}
