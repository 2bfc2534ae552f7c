// nginx/run: the whole product, started, disturbed and stopped as a user would.

import Foundation
import Support
import Testing

@Suite("nginx/run", .enabled(if: Stack.isBuilt, "needs the release build"))
struct RunTests {
  @Test("is ready when it prints the URL")
  func ready() throws {
    let stack = try Stack.shared.get()
    let answer = try HTTP.send("GET", "/healthz", port: stack.port)
    #expect(answer.status == 200)
    #expect(answer.json as? [String: String] == ["status": "ok"])
    expectHeaders(answer)
  }

  @Test("starts a killed program again, and refuses nobody meanwhile", arguments: Stack.programs)
  func respawn(_ program: String) throws {
    let stack = try Stack()
    let killed = try #require(stack.processID(of: program))
    kill(killed, SIGKILL)
    // Until it is gone it may still take a connection, and takes it along.
    while kill(killed, 0) == 0 { usleep(1000) }
    let answer = try HTTP.send("GET", "/healthz", port: stack.port)
    #expect(answer.status == 200)
    #expect(stack.processID(of: program) != killed)
  }

  @Test("says in /healthz and /readyz if one program cannot be reached", arguments: Stack.programs)
  func health(_ program: String) throws {
    let stack = try Stack()
    let socket = "\(stack.directory)/sockets/\(program).sock"
    try FileManager.default.moveItem(atPath: socket, toPath: socket + ".away")
    expectProblem(try HTTP.send("GET", "/healthz", port: stack.port), 503, "busy")
    expectProblem(try HTTP.send("GET", "/readyz", port: stack.port), 503, "busy")
    try FileManager.default.moveItem(atPath: socket + ".away", toPath: socket)
    #expect(try HTTP.send("GET", "/healthz", port: stack.port).status == 200)
  }

  @Test("goes on with the same secrets on a second start")
  func secondStart() throws {
    let directory = try TemporaryDirectory()
    let first = try Stack(directory: directory.path)
    let before = first.settings
    first.stop()
    try "LOG_LEVEL=debug\n".append(to: directory.path + "/dompet.env")
    let second = try Stack(directory: directory.path)
    let after = second.settings
    for name in ["JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN", "DATABASE_URL"] {
      #expect(before[name]?.isEmpty == false && before[name] == after[name], "\(name)")
    }
    #expect(after["XENDIT_BASE_URL"] == "http://127.0.0.1:\(second.port)/sandbox")
    #expect(after["LOG_LEVEL"] == "debug")
  }

  @Test("stops everything it started", arguments: [SIGTERM, SIGINT])
  func stop(_ signal: Int32) throws {
    let stack = try Stack()
    let names = Stack.programs + ["dompet-sandbox", "nginx"]
    let running = try names.map { try #require(stack.processID(of: $0), "\($0)") }
    #expect(running.allSatisfy { kill($0, 0) == 0 })
    #expect(stack.stop(signal) == 0)
    #expect(running.allSatisfy { kill($0, 0) != 0 })
    #expect(throws: SystemFailure.self) { try HTTPConnection(port: stack.port) }
  }

  @Test("leaves nothing running if it is killed")
  func killed() throws {
    let stack = try Stack()
    let names = Stack.programs + ["nginx"]
    let running = try names.map { try #require(stack.processID(of: $0), "\($0)") }
    stack.stop(SIGKILL)
    for _ in 0..<2000 where running.contains(where: { kill($0, 0) == 0 }) { usleep(10_000) }
    #expect(running.allSatisfy { kill($0, 0) != 0 })
  }

  @Test(
    "--database postgresql starts a server of its own, and a second start goes on with its data",
    .enabled(if: PostgreSQL.isTried, "it is about PostgreSQL"))
  func ownServer() throws {
    let directory = try TemporaryDirectory()
    let first = try Stack(directory: directory.path, hasOwnServer: true)
    let client = try Client(on: first)
    #expect(try first.sql("SELECT count(*) FROM users") == ["1"])
    #expect(first.stop() == 0)
    let second = try Stack(directory: directory.path, hasOwnServer: true)
    #expect(try client.moved(to: second).balance() == "0.00")
    second.stop()
    second.removeOwnServer()
  }

  @Test("works in a folder whose name is long, and has spaces")
  func oddDirectory() throws {
    let temporary = try TemporaryDirectory()
    let long = String(repeating: "a", count: 90)
    let stack = try Stack(directory: "\(temporary.path)/with spaces & \"quotes\"/\(long)")
    #expect(try HTTP.send("GET", "/healthz", port: stack.port).status == 200)
    stack.stop()
  }

  @Test("keeps secrets from everybody else")
  func secrets() throws {
    let stack = try Stack.shared.get()
    for name in ["dompet.env", "logs", "pids", "nginx"] {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: "\(stack.directory)/\(name)")
      let mode = try #require(attributes[.posixPermissions] as? Int)
      #expect(mode & 0o077 == 0, "\(name)")
    }
  }

  @Test("tells each program what it needs to know, and nothing else")
  func environment() throws {
    let stack = try Stack(environment: ["LOG_LEVEL": "debug", "UNRELATED": "x"])
    let knows: [String: Set<String>] = [
      "dompet-auth": ["JWT_ACCESS_SECRET"],
      "dompet-wallets": ["JWT_ACCESS_SECRET"],
      "dompet-payments": [
        "JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY", "XENDIT_BASE_URL", "SUCCESS_REDIRECT_URL",
        "FAILURE_REDIRECT_URL",
      ],
      "dompet-webhook": ["XENDIT_WEBHOOK_TOKEN"],
    ]
    for (program, names) in knows {
      let processID = try #require(stack.processID(of: program))
      let file = try Data(contentsOf: URL(filePath: "/proc/\(processID)/environ"))
      let found = file.split(separator: 0).compactMap {
        String(decoding: $0, as: UTF8.self).split(separator: "=").first.map(String.init)
      }
      let shells: Set = ["PATH", "PWD", "SHLVL", "_", "OLDPWD"]
      #expect(Set(found).subtracting(shells) == names.union(["DATABASE_URL", "LOG_LEVEL"]))
    }
  }

  @Test("puts no secret on a command line")
  func commandLines() throws {
    let stack = try Stack.shared.get()
    let secrets = ["JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN"]
      .compactMap { stack.settings[$0] }
    #expect(secrets.count == 3)
    let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc")
    let lines = processes.filter { Int($0) != nil }.compactMap {
      FileManager.default.contents(atPath: "/proc/\($0)/cmdline")
    }.map { String(decoding: $0, as: UTF8.self) }
    #expect(lines.contains { $0.contains(stack.directory) }, "the command lines can be read")
    #expect(!lines.contains { line in secrets.contains { line.contains($0) } })
  }
}

extension String {
  fileprivate func append(to path: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(utf8))
    try file.close()
  }
}
