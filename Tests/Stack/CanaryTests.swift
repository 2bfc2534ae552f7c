// What must never be told is planted in calls that succeed and calls that fail, and looked for
// wherever it could come out; and what must be told of them is.

import Foundation
import Support
import Testing

@Suite("What is told of a request", .enabled(if: Stack.isBuilt, "needs the release build"))
struct CanaryTests {
  private static let canary = "canary-7c1f"

  @Test("is no secret and nothing that was sent, in any log, figure or command, even at trace")
  func secrets() throws {
    let stack = try Stack(["--no-rate-limit"], environment: ["LOG_LEVEL": "trace"])
    let client = try Client(on: stack)
    let name = try #require(try client.get("/api/v1/users/me").json["username"] as? String)
    let reference = try misreport(client)
    let changed = try change(client)
    let planted = try plant(stack, client)
    let more = try [changed] + planted + reset(name, client)
    let settings = ["JWT_ACCESS_SECRET", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN"]
      .compactMap { stack.settings[$0] }
    #expect(settings.count == 3)
    let own = [Self.canary, client.password, client.token, client.refreshToken]
    let hidden = settings + own + more
    #expect(hidden.allSatisfy { $0.count > 8 })
    let told = try everythingTold(by: stack) + toldToOperator(about: name, reference, client)
    #expect(told.contains { $0.text.contains("/api/v1/auth/login") }, "the logs can be read")
    for (name, text) in told {
      for (index, secret) in hidden.enumerated() {
        #expect(!text.contains(secret), "\(name) tells secret \(index)")
      }
    }
  }

  @Test("leaves no core file, which would hold secrets", arguments: Stack.programs)
  func cores(_ program: String) throws {
    let process = try #require(try Stack.shared.get().processID(of: program))
    let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
    #expect(line?.contains(#/size +0 +0/#) == true)
  }

  @Test("is who asked, once that is proven, and what concerns security by its name")
  func events() throws {
    let stack = try Stack(["--no-rate-limit"])
    let client = try Client(on: stack)
    _ = try plant(stack, client)
    let wallets = lines(of: "dompet-wallets", in: stack)
    let known = wallets.filter { $0["status"] as? Int == 200 && $0["method"] as? String == "GET" }
      .filter { ($0["route"] as? String)?.hasPrefix("/api/") == true }
    #expect(!known.isEmpty && known.allSatisfy { ($0["userId"] as? String)?.count == 36 })
    let unknown = wallets.filter { $0["status"] as? Int == 401 }
    #expect(!unknown.isEmpty && unknown.allSatisfy { $0["userId"] == nil })
    let events = (lines(of: "dompet-auth", in: stack) + lines(of: "dompet-webhook", in: stack))
      .compactMap { $0["event"] as? String }
    for event in [
      "login_succeeded", "login_failed", "password_change_refused", "refresh_reuse",
      "callback_token_refused",
    ] {
      #expect(events.contains(event), "\(event)")
    }
  }

  /// Sets another password.
  /// - Returns: that password.
  private func change(_ client: Client) throws -> String {
    let new = "gajah besar \(Self.canary)"
    let answer = try HTTP.send(
      "PUT", "/api/v1/auth/password", port: client.stack.port,
      headers: [("Authorization", "Bearer \(client.token)")],
      json: #"{"currentPassword":"\#(client.password)","newPassword":"\#(new)"}"#)
    #expect(answer.status == 204, "\(answer.text)")
    return new
  }

  /// Sets a password by an operator's token, and logs in with it.
  /// - Returns: all of these secrets.
  private func reset(_ name: String, _ client: Client) throws -> [String] {
    let made = try client.dompet(
      "user", "reset", name, "--reason", "forgot it", "--operator", "ana")
    let token = try #require(made.output.split(separator: "\n").first, "\(made.errors)")
    let new = "macan besar \(Self.canary)"
    let port = client.stack.port
    let answer = try HTTP.send(
      "POST", "/api/v1/auth/password/reset", port: port,
      json: #"{"token":"\#(token)","newPassword":"\#(new)"}"#)
    #expect(answer.status == 204, "\(answer.text)")
    let login = try HTTP.send(
      "POST", "/api/v1/auth/login", port: port,
      json: #"{"username":"\#(name)","password":"\#(new)"}"#)
    let tokens = ["accessToken", "refreshToken"].compactMap { login.json[$0] as? String }
    #expect(tokens.count == 2, "\(login.text)")
    return [String(token), new] + tokens
  }

  /// Calls with a canary wherever something can be sent.
  /// - Returns: secrets that were answered.
  private func plant(_ stack: Stack, _ client: Client) throws -> [String] {
    let canary = Self.canary
    let port = stack.port
    let bearer = ("Authorization", "Bearer \(client.token)")
    _ = try client.balance()
    _ = try client.topUp(50_000, key: "key-\(canary)")
    let calls: [(String, String, [(String, String)], String?)] = [
      ("POST", "login", [], #"{"username":"\#(canary)","password":"pw-\#(canary)"}"#),
      ("POST", "login", [("User-Agent", canary)], #"{"username":1,"\#(canary)":2"#),
      ("POST", "register", [], #"{"email":"\#(canary)@example.com","username":"\#(canary)"}"#),
      ("POST", "refresh", [], #"{"refreshToken":"\#(canary)"}"#),
      ("POST", "password/reset", [], #"{"token":"\#(canary)","newPassword":"\#(canary)"}"#),
      (
        "PUT", "password", [bearer],
        #"{"currentPassword":"\#(canary)","newPassword":"new pass \#(canary)"}"#
      ),
    ]
    for (method, path, headers, body) in calls {
      let answer = try HTTP.send(
        method, "/api/v1/auth/\(path)", port: port,
        headers: headers + [("Content-Type", "application/json")],
        body: body.map { Array($0.utf8) })
      #expect((400..<500).contains(answer.status), "\(path): \(answer.text)")
    }
    _ = try HTTP.send(
      "GET", "/api/v1/wallets/me", port: port, headers: [("Authorization", "Bearer \(canary)")])
    for token in [canary, stack.settings["XENDIT_WEBHOOK_TOKEN"] ?? ""] {
      _ = try HTTP.send(
        "POST", "/api/v1/payments/webhooks/xendit", port: port,
        headers: [("X-Callback-Token", token)], json: #"{"id":"\#(canary)"}"#)
    }
    return try reuse(client)
  }

  /// Exchanges a refresh token over and over: the first one is then long used.
  private func reuse(_ client: Client) throws -> [String] {
    var tokens = [client.refreshToken]
    for _ in 0..<12 {
      tokens.append(try refresh(tokens[tokens.count - 1], client) ?? "")
    }
    #expect(try refresh(client.refreshToken, client) == nil)
    return tokens.filter { !$0.isEmpty }
  }

  private func refresh(_ token: String, _ client: Client) throws -> String? {
    try HTTP.send(
      "POST", "/api/v1/auth/refresh", port: client.stack.port,
      json: #"{"refreshToken":"\#(token)"}"#
    ).json["refreshToken"] as? String
  }

  /// Logs of nginx and of the programs, figures, and command lines.
  private func everythingTold(by stack: Stack) throws -> [(name: String, text: String)] {
    let folder = stack.directory + "/logs"
    var told = try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
      let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      return (name: name, text: String(decoding: data, as: UTF8.self))
    }
    for page in ["auth", "wallets", "payments", "webhook"] {
      let path = "/metrics/\(page)"
      told.append((path, try HTTP.send("GET", path, port: stack.port).text))
    }
    for program in Stack.programs {
      let process = try #require(stack.processID(of: program))
      let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      told.append(("command line of \(program)", String(decoding: line, as: UTF8.self)))
    }
    return told
  }

  /// A report with the right token whose amount is not the top-up's: it waits for an operator.
  /// - Returns: the reference.
  private func misreport(_ client: Client) throws -> String {
    // dompet top-up show tells this key on purpose: it is how a client names its request.
    let topUp = try client.topUp(60_000, key: "the-key-of-the-odd-one")
    let reference = try #require(topUp.json["reference"] as? String, "\(topUp.text)")
    let answer = try HTTP.send(
      "POST", "/api/v1/payments/webhooks/xendit", port: client.stack.port,
      headers: [("X-Callback-Token", client.stack.settings["XENDIT_WEBHOOK_TOKEN"] ?? "")],
      json: #"{"id":"6748105a77f16ebe0cc583a7","external_id":"\#(reference)","status":"PAID","#
        + #""amount":1,"currency":"IDR","payer_email":"\#(Self.canary)@example.com"}"#)
    #expect(answer.status == 400, "\(answer.text)")
    return reference
  }

  /// What the operator's commands write, but for the one whose purpose is an event's body.
  private func toldToOperator(
    about user: String, _ reference: String, _ client: Client
  ) throws -> [(name: String, text: String)] {
    let tool = Checkout.program("dompet")
    let settings = Stack.environment.merging(client.stack.settings) { $1 }
    var told: [(name: String, text: String)] = []
    for (command, sign) in [
      (["verify"], "all is well"), (["status"], "for review"), (["user", "show", user], user),
      (["top-up", "show", reference], reference), (["event", "list"], reference),
      (["check", "--offline"], "XENDIT_SECRET_KEY"),
    ] {
      for options in command == ["verify"] ? [[]] : [[], ["--json"]] {
        let result = try runCommand(tool, command + options, environment: settings)
        let words = (command + options).joined(separator: " ")
        let text = result.output + result.errors
        #expect(text.contains(sign) || !options.isEmpty, "\(words): \(text)")
        told.append((name: words, text: text))
      }
    }
    return told
  }

  private func lines(of program: String, in stack: Stack) -> [[String: Any]] {
    stack.log(of: program).split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }
}
