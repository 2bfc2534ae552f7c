// What concerns who may enter: in the log by its name, whose request and whom, and nothing besides;
// and in the figures.

import Foundation
import Programs
import Support
import Testing

@Suite(
  "A security event", .enabled(if: Site.isBuilt && Checkout.isBuilt("dompet"), Site.notBuilt))
struct SecurityEventTests {
  private static let requestID = String(repeating: "5e", count: 16)
  private static let canary = "canary-9d4a"

  @Test(
    "is logged by its name, with the request and whom it concerns, and counted",
    arguments: deeds)
  private func logged(deed: Deed) throws {
    let lobby = try Lobby()
    let call = marked(try deed.prepare(lobby))
    let before = lobby.program.errors.utf8.count
    let answer = try lobby.program.ask(call)
    #expect(answer.status == deed.status, "\(answer.text)")
    let added = String(decoding: lobby.program.errors.utf8.dropFirst(before), as: UTF8.self)
    let userID = deed.isKnown ? lobby.account.id : nil
    try expectLine(of: deed.event, deed.level, by: "dompet-auth", userID: userID, in: added)
    try expectOne(deed.event, at: "/metrics/auth", of: lobby.program)
  }

  @Test("is a callback with a token that is wrong", arguments: [[], [canary]])
  func callback(tokens: [String]) throws {
    let desk = try Desk()
    let call = Call(
      "POST", MethodTests.webhook, headers: tokens.map { ("X-Callback-Token", $0) },
      json: Desk.event(id: Self.canary))
    #expect(try desk.program.ask(marked(call)).status == 401)
    let event = "callback_token_refused"
    try expectLine(
      of: event, "warning", by: "dompet-webhook", userID: nil, in: desk.program.errors)
    try expectOne(event, at: "/metrics/webhook", of: desk.program)
  }

  @Test("is none that these tests leave out")
  func all() throws {
    let lobby = try Lobby()
    let text = try lobby.program.get("/metrics/auth").text
    let names = text.matches(of: /dompet_security_events_total\{event="([a-z_]+)"\} 0\n/)
      .map { String($0.1) }
    #expect(Set(names) == Set(deeds.map(\.event) + ["callback_token_refused"]))
  }

  /// The call with a request id to look for, and a canary wherever it has room for one.
  private func marked(_ call: Call) -> Call {
    var call = call
    call.replace("REQUEST_ID", with: Array(Self.requestID.utf8))
    call.add("HTTP_USER_AGENT", Self.canary)
    call.replace("QUERY_STRING", with: Array(Self.canary.utf8))
    return call
  }

  /// Expects one line about such an event, whose every member is known here.
  private func expectLine(
    of event: String, _ level: String, by program: String, userID: String?, in log: String
  ) throws {
    let lines = log.split(separator: "\n").filter { $0.contains("\"event\"") }
    #expect(lines.count == 1, "\(log)")
    let text = String(lines.first ?? "{}")
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    var line = object as? [String: String] ?? [:]
    let time = line.removeValue(forKey: "time")
    #expect(time?.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/) != nil)
    var expected = [
      "level": level, "program": program, "message": "security event", "event": event,
      "requestId": Self.requestID,
    ]
    expected["userId"] = userID
    #expect(line == expected)
    #expect(!log.contains(Self.canary))
  }

  private func expectOne(_ event: String, at path: String, of program: Program) throws {
    let text = try program.get(path).text
    #expect(text.contains("dompet_security_events_total{event=\"\(event)\"} 1\n"), "\(text)")
  }
}

/// What somebody does, and what is to be said of it.
private struct Deed: Sendable, CustomTestStringConvertible {
  let event: String
  let level: String
  let status: Int
  /// Whether it is known whom it concerns.
  var isKnown = true
  /// Does what must go before, and gives the call.
  let prepare: @Sendable (Lobby) throws -> Call

  var testDescription: String { isKnown ? event : "\(event), of nobody" }
}

private let new = "canary-9d4a besar sekali"

private func login(_ username: String, _ password: String) -> Call {
  Call("POST", MethodTests.login, json: #"{"username":"\#(username)","password":"\#(password)"}"#)
}

private func change(_ lobby: Lobby, from current: String) -> Call {
  Call(
    "PUT", Lobby.password, headers: [lobby.account.bearer],
    json: #"{"currentPassword":"\#(current)","newPassword":"\#(new)"}"#)
}

private let deeds = [
  Deed(event: "login_succeeded", level: "notice", status: 200) {
    login($0.account.username, Account.password)
  },
  Deed(event: "login_failed", level: "notice", status: 401) { login($0.account.username, new) },
  Deed(event: "login_failed", level: "notice", status: 401, isKnown: false) { _ in
    login("canary-9d4a", Account.password)
  },
  Deed(event: "account_disabled_used", level: "warning", status: 401) {
    try $0.site.sql("UPDATE users SET is_active = 0")
    return login($0.account.username, Account.password)
  },
  Deed(event: "guess_limited", level: "warning", status: 429) { lobby in
    for _ in 1...5 { _ = try lobby.login(lobby.account.username, "wrong") }
    return login(lobby.account.username, new)
  },
  Deed(event: "guess_limited", level: "warning", status: 429) { lobby in
    for _ in 1...5 { _ = try lobby.change("wrong", to: new) }
    return change(lobby, from: Account.password)
  },
  Deed(event: "refresh_reuse", level: "warning", status: 401) { lobby in
    _ = try lobby.refresh(lobby.account.refreshToken)
    try lobby.age(seconds: 11)
    let json = #"{"refreshToken":"\#(lobby.account.refreshToken)"}"#
    return Call("POST", Lobby.refresh, json: json)
  },
  Deed(event: "password_changed", level: "notice", status: 204) {
    change($0, from: Account.password)
  },
  Deed(event: "password_change_refused", level: "warning", status: 403) { change($0, from: new) },
  Deed(event: "password_reset", level: "notice", status: 204) {
    let words = ["user", "reset", $0.account.username, "--reason", "forgot it"]
    let token = try $0.site.run("dompet", arguments: words, environment: ["USER": "ana"]).output
    let json = #"{"token":"\#(token.dropLast())","newPassword":"\#(new)"}"#
    return Call("POST", Lobby.reset, json: json)
  },
]
