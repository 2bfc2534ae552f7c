// /readyz tells when a program's store takes no more writes.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "/readyz", aboutSQLite,
  .enabled(if: Site.isBuilt, "needs swift build -c release"),
  .enabled(
    if: SmallDisk.refusal == nil,
    Comment(rawValue: "no ext4 on a loop device: \(SmallDisk.refusal ?? "")")))
struct ReadyTests {
  @Test("is 503 while the disk is full, and 200 when there is room again")
  func fullDisk() throws {
    let site = try Site()
    let disk = try SmallDisk(at: site.directory.path)
    let program = try site.start("dompet-wallets")
    #expect(try program.get("/readyz").status == 200)
    disk.fill()
    #expect(try await503(program).contains("dompet-wallets: The disk of the store is nearly full."))
    try disk.empty()
    #expect(try awaitStatus(200, of: program).status == 200)
  }

  @Test("is 503 when the file system takes no more writes")
  func readOnly() throws {
    let site = try Site()
    let disk = try SmallDisk(at: site.directory.path)
    let program = try site.start("dompet-wallets")
    #expect(try program.get("/readyz").status == 200)
    try disk.stopWriting()
    #expect(try await503(program).contains("dompet-wallets: The store takes no writes."))
    #expect(try program.get("/healthz").status == 200)
  }

  private func await503(_ program: Program) throws -> String {
    let answer = try awaitStatus(503, of: program)
    #expect(answer.status == 503)
    return answer.text
  }

  /// A result holds for a while. The bound only ends a test that has failed.
  private func awaitStatus(_ status: Int, of program: Program) throws -> Answer {
    for _ in 0..<600 {
      let answer = try program.get("/readyz")
      if answer.status == status { return answer }
      usleep(100_000)
    }
    return try program.get("/readyz")
  }
}
