// Several processes on one database: served in turn, killed, started at once, without room.

import Domain
import Foundation
import Storage
import Testing

@Suite("Processes", .serialized)
struct ProcessTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  @Test("four processes write fairly, and all that they were told is stored")
  func fairness() throws {
    let outputs = ["one", "two", "three", "four"]
    let processes = try outputs.map {
      try scratch.startWriter(["write", "4", "2"], output: $0)
    }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    let counts = outputs.map { scratch.lines(of: $0).count }
    let least = try #require(counts.min())
    let most = try #require(counts.max())
    #expect(least > 0)
    #expect(most <= 3 * least, "\(counts)")
    let database = try scratch.open()
    #expect(try database.numbers().count == counts.reduce(0, +))
    #expect(try database.halfEntries() == 0)
  }

  @Test("writers killed at any moment leave all that they were told, no halves, and others go on")
  func killed() throws {
    let steady = try scratch.startWriter(["write", "60", "2"], output: "steady")
    defer { steady.terminate() }
    var victims: [(process: Process, output: String)] = []
    for round in 0..<10 {
      let output = "victim-\(round)"
      let victim = try scratch.startWriter(["write", "60", "2"], output: output)
      waitForLine(of: output)
      usleep(UInt32(round) * 7_000)
      kill(victim.processIdentifier, SIGKILL)
      victim.waitUntilExit()
      victims.append((victim, output))
      let before = scratch.lines(of: "steady").count
      waitForLine(of: "steady", beyond: before)
    }
    kill(steady.processIdentifier, SIGKILL)
    steady.waitUntilExit()
    let database = try scratch.open()
    #expect(try database.halfEntries() == 0)
    for (process, output) in victims + [(steady, "steady")] {
      let told = Set(scratch.lines(of: output).compactMap(Int64.init))
      let stored = try numbers(of: process.processIdentifier, in: database)
      #expect(!told.isEmpty && told.isSubset(of: stored))
      #expect(stored.count <= told.count + 2, "a thread has one unanswered write at most")
    }
  }

  @Test("processes lose nothing where one copies the log while the others begin it anew")
  func checkpoints() throws {
    let outputs = ["one", "two", "three"]
    let processes = try outputs.map {
      try scratch.startWriter(["write", "6", "3", "20000"], output: $0)
    }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    let database = try scratch.open()
    for (process, output) in zip(processes, outputs) {
      let told = Set(scratch.lines(of: output).compactMap(Int64.init))
      #expect(!told.isEmpty)
      #expect(try numbers(of: process.processIdentifier, in: database) == told)
    }
    #expect(try database.halfEntries() == 0)
    let damage = try database.read { connection throws(Refusal) in
      try connection.query("PRAGMA integrity_check", []) { row throws(Refusal) in try row.text(0) }
    }
    #expect(damage == ["ok"])
    #expect(scratch.logBytes < 64 << 20)
  }

  @Test("programs that start at once create and migrate the database once")
  func startAtOnce() throws {
    for _ in 0..<5 {
      let scratch = try Scratch()
      let processes = try (0..<4).map {
        try scratch.startWriter(["start"], output: "start-\($0)")
      }
      for process in processes {
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
      }
      #expect((0..<4).flatMap { scratch.lines(of: "start-\($0)") } == [])
      #expect(try scratch.open().numbers() == [])
    }
  }

  @Test(
    "a full disk: no success without its row, no row without success, and well with room again",
    .enabled(if: canMount, "needs root, to mount a small disk"))
  func fullDisk() throws {
    let script = """
      mount -t tmpfs -o size=14m none "$1" && exec "$2" "$1/full.db" "$3" fill
      """
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = [
      "-m", "sh", "-c", script, "sh", scratch.directory, Scratch.writerPath, Scratch.schema,
    ]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let words = text.split(separator: "\n").map { $0.split(separator: " ") }
    let facts = Dictionary(
      words.compactMap { $0.count == 2 ? ($0[0], Int($0[1]) ?? -1) : nil },
      uniquingKeysWith: { first, _ in first })
    #expect(process.terminationStatus == 0)
    #expect(facts["acknowledged"] ?? 0 > 32)
    #expect(facts["acknowledged"] == facts["whole"])
    #expect(facts["refused"] ?? 0 > 0)
    for fact in ["half", "differing", "other", "refused-with-room"] {
      #expect(facts[Substring(fact)] == 0, "\(fact)")
    }
  }

  private static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private func waitForLine(of output: String, beyond count: Int = 0) {
    let end = ContinuousClock.now + .seconds(20)
    while scratch.lines(of: output).count <= count {
      guard ContinuousClock.now < end else {
        Issue.record("\(output) does not go on")
        return
      }
      usleep(1000)
    }
  }

  private func numbers(of writer: Int32, in database: SQLiteDatabase) throws -> Set<Int64> {
    Set(
      try database.read { connection throws(Refusal) in
        try connection.query(
          "SELECT number FROM entries WHERE writer = $1 AND half = 1", [.integer(Int64(writer))]
        ) { row throws(Refusal) in try row.integer(0) }
      })
  }
}
