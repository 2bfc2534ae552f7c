// The real sandbox behind a real nginx, with a shop that listens for its webhooks: one for each
// test, on free ports, gone with the test.

import Foundation
import Support
import Synchronization
import Testing

final class Rig: Sendable {
  static let secretKey = "xnd_development_rig"
  static let webhookToken = "rig-callback-token"

  let port: UInt16
  let shop: Shop
  private let settings: [String: String]
  private let directory: TemporaryDirectory
  private let nginx: Child
  private let sandbox: Mutex<Child>

  /// - Parameter timeScale: 90 000 makes retries come after 10, 40, 120, 240, 480 and 960 ms.
  init(timeScale: Int = 90_000, environment: [String: String] = [:]) throws {
    directory = try TemporaryDirectory()
    port = nextPort()
    shop = try Shop()
    settings = [
      "SANDBOX_DATABASE_URL": "sqlite:\(directory.path)/sandbox.db",
      "XENDIT_SECRET_KEY": Rig.secretKey, "XENDIT_WEBHOOK_TOKEN": Rig.webhookToken,
      "SANDBOX_PUBLIC_URL": "http://127.0.0.1:\(port)/sandbox",
      "SANDBOX_WEBHOOK_URL": "\(shop.url)/webhook", "SANDBOX_TIME_SCALE": "\(timeScale)",
      "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    ].merging(environment) { $1 }
    let configuration = try directory.write(
      nginxConfiguration(directory: directory.path, port: port), to: "nginx.conf")
    sandbox = Mutex(try Rig.start(directory.path, settings))
    nginx = try Child("nginx", ["-e", "\(directory.path)/error.log", "-c", configuration])
    try awaitReady()
  }

  deinit {
    nginx.signal(SIGTERM)
    sandbox.withLock { $0.signal(SIGKILL, toGroup: true) }
    _ = nginx.wait(timeoutSeconds: 10)
    _ = sandbox.withLock { $0.wait(timeoutSeconds: 10) }
  }

  /// The program that this package built: it lies beside the tests.
  static var program: String {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().path(percentEncoded: false) + "dompet-sandbox"
  }

  /// Kills the sandbox at once and starts it again on the same file.
  /// - Parameter statements: what is done to the file meanwhile, in SQL.
  func killAndRestart(statements: String? = nil) throws {
    try sandbox.withLock { child in
      child.signal(SIGKILL, toGroup: true)
      _ = child.wait(timeoutSeconds: 10)
      try FileManager.default.removeItem(atPath: "\(directory.path)/s.sock")
      if let statements {
        let result = try runCommand(
          "sqlite3", ["-bail", "\(directory.path)/sandbox.db", statements], environment: settings)
        #expect(result.status == 0, "\(result.errors)")
      }
      child = try Rig.start(directory.path, settings)
    }
    try awaitReady()
  }

  private static func start(_ directory: String, _ settings: [String: String]) throws -> Child {
    try Child(
      "spawn-fcgi", ["-n", "-M", "0600", "-s", "\(directory)/s.sock", "--", program],
      environment: settings)
  }

  private func awaitReady() throws {
    for _ in 0..<1000 {
      let answer = try? HTTP.send("GET", "/sandbox/style.css", port: port, timeoutSeconds: 1)
      if answer?.header("content-type") == "text/css; charset=utf-8" { return }
      usleep(10_000)
    }
    throw SystemFailure(call: "the sandbox did not get ready")
  }
}

extension Rig {
  /// Sends a request of Xendit's API with the secret key; nil if the connection was dropped.
  func call(
    _ method: String, _ path: String, json: String? = nil, key: String? = Rig.secretKey,
    timeoutSeconds: Int = 30
  ) throws -> HTTPAnswer? {
    let authorization = key.map {
      ("Authorization", "Basic \(Data("\($0):".utf8).base64EncodedString())")
    }
    do {
      return try HTTP.send(
        method, "/sandbox\(path)", port: port, headers: authorization.map { [$0] } ?? [],
        body: json.map { Array($0.utf8) }, timeoutSeconds: timeoutSeconds)
    } catch HTTPClientError.noAnswer(let bytes) where bytes.isEmpty {
      return nil
    }
  }

  /// Creates an invoice and gives its id.
  @discardableResult
  func create(_ members: [String: Any] = [:], externalID: String = "WTU-1") throws -> String {
    let request = ["external_id": externalID, "amount": 50000].merging(members) { $1 }
    let body = try JSONSerialization.data(withJSONObject: request)
    let answer = try #require(
      try call("POST", "/v2/invoices", json: String(decoding: body, as: UTF8.self)))
    return try #require(answer.json["id"] as? String)
  }

  /// Presses a button of the payer's page, having chosen a way to pay or not.
  @discardableResult
  func press(_ button: String, of id: String, form: String? = nil) throws -> HTTPAnswer {
    try HTTP.send(
      "POST", "/sandbox/web/\(id)/\(button)", port: port,
      headers: [("Content-Type", "application/x-www-form-urlencoded")],
      body: form.map { Array($0.utf8) })
  }

  func page(_ id: String) throws -> HTTPAnswer {
    try HTTP.send("GET", "/sandbox/web/\(id)", port: port)
  }

  func invoice(_ id: String) throws -> [String: Any] {
    try #require(try call("GET", "/v2/invoices/\(id)")).json
  }

  /// The ids that a list call answers.
  func list(_ query: String) throws -> [String] {
    try #require(try call("GET", "/v2/invoices?\(query)")).jsonArray.compactMap {
      $0["id"] as? String
    }
  }

  /// Puts something in the control interface and expects it to be taken.
  func control(_ method: String, _ path: String, _ json: String? = nil) throws -> HTTPAnswer {
    let answer = try #require(try call(method, "/control/\(path)", json: json, key: nil))
    #expect((200..<300).contains(answer.status), "\(answer.text)")
    return answer
  }

  /// What is known of all webhooks.
  func webhooks() throws -> [[String: Any]] {
    try control("GET", "webhooks").jsonArray
  }

  /// Waits until no webhook is due any more.
  func awaitQuiet() throws {
    try eventually { try self.webhooks().allSatisfy { $0["next_try"] is NSNull } }
  }
}

extension HTTPAnswer {
  var jsonArray: [[String: Any]] {
    (try? JSONSerialization.jsonObject(with: Data(body))) as? [[String: Any]] ?? []
  }

  var errorCode: String? { json["error_code"] as? String }
}

/// Waits until something is so; fails if it is not within 20 s.
func eventually(
  _ condition: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for _ in 0..<2000 {
    if try condition() { return }
    usleep(10_000)
  }
  Issue.record("it did not come to be", sourceLocation: sourceLocation)
}

private let lastPort = Mutex(UInt16.random(in: 12_000...25_000))

/// A port that nobody listens on, below those that the kernel gives to shops and connections
/// (32768 and up): one of these might take a port that was only just found free.
private func nextPort() -> UInt16 {
  lastPort.withLock { port in
    repeat { port += 1 } while (try? HTTPConnection(port: port)) != nil
    return port
  }
}

private func nginxConfiguration(directory: String, port: UInt16) -> String {
  let parameters = """
    fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_pass unix:\(directory)/s.sock; fastcgi_read_timeout 60s;
    """
  let temporary = ["client_body", "fastcgi", "proxy", "uwsgi", "scgi"]
    .map { "\($0)_temp_path \(directory)/\($0);" }.joined(separator: " ")
  return """
    \(geteuid() == 0 ? "user root;" : "")
    daemon off; worker_processes 1; pid \(directory)/nginx.pid;
    events {}
    http {
      access_log off; \(temporary)
      server {
        listen 127.0.0.1:\(port);
        location /sandbox {
          fastcgi_param DOCUMENT_URI $document_uri; fastcgi_param REMOTE_ADDR $remote_addr;
          \(parameters)
        }
        location = /elsewhere {
          fastcgi_param DOCUMENT_URI /sandbox/style.css; fastcgi_param REMOTE_ADDR 203.0.113.9;
          \(parameters)
        }
        location = /dompet_sandbox_drop { internal; return 444; }
      }
    }
    """
}
