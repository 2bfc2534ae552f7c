// What is somebody's own: another one finds nothing there, and nobody gives himself what he may not
// have (OWASP API Security 2023, API1 and API3).

import Foundation
import Support
import Testing

@Suite("What is somebody's own", .enabled(if: Stack.isBuilt, "needs the release build"))
struct OwnershipTests {
  private static let ana = Result { try Client(on: Stack.shared.get()) }
  private static let budi = Result { try Client(on: Stack.shared.get()) }

  @Test(
    "is not there for anybody else",
    arguments: [
      ("GET", "/api/v1/payments/wallet-top-ups/{top-up}"),
      ("POST", "/api/v1/payments/wallet-top-ups/{top-up}/cancel"),
      ("DELETE", "/api/v1/auth/sessions/{session}"),
    ])
  func objects(_ method: String, _ path: String) throws {
    let (ana, budi) = (try Self.ana.get(), try Self.budi.get())
    let topUp = try #require(try ana.topUp(50_000, key: UUID().uuidString).json["id"] as? String)
    let session = try #require(try first(ana.get("/api/v1/auth/sessions"))["id"] as? String)
    func ask(_ topUp: String, _ session: String) throws -> HTTPAnswer {
      let path = path.replacing("{top-up}", with: topUp).replacing("{session}", with: session)
      let header = ("Authorization", "Bearer \(budi.token)")
      return try HTTP.send(method, path, port: budi.stack.port, headers: [header])
    }
    let refused = try ask(topUp, session)
    expectProblem(refused, 404, "not-found")
    let nobodys = UUID().uuidString.lowercased()
    #expect(stable(refused) == stable(try ask(nobodys, nobodys)))
    let after = try ana.get("/api/v1/payments/wallet-top-ups/\(topUp)")
    #expect(after.json["status"] as? String == "PENDING")
  }

  @Test("does not come into another's list by a cursor")
  func cursor() throws {
    let (ana, budi) = (try Self.ana.get(), try Self.budi.get())
    let older = try ana.topUp(50_000, key: UUID().uuidString)
    let cursor = try #require(try ana.topUp(50_000, key: UUID().uuidString).json["id"] as? String)
    // Another test may have made one of hers in between.
    let own = try ana.get("/api/v1/payments/wallet-top-ups?cursor=\(cursor)&limit=100")
    #expect(own.text.contains(try #require(older.json["id"] as? String)))
    let page = try budi.get("/api/v1/payments/wallet-top-ups?cursor=\(cursor)")
    #expect(page.status == 200)
    #expect((page.json["items"] as? [Any])?.isEmpty == true)
    let session = try #require(try first(ana.get("/api/v1/auth/sessions"))["id"] as? String)
    let sessions = try budi.get("/api/v1/auth/sessions?cursor=\(session)")
    #expect(sessions.status == 200 && !sessions.text.contains(session))
    let wallet = try #require(try ana.get("/api/v1/wallets/me").json["id"] as? String)
    let history = try budi.get("/api/v1/wallets/me/transactions?cursor=\(wallet)-1")
    expectProblem(history, 400, "invalid-request")
  }

  @Test(
    "cannot be given to oneself with a property that is not asked for",
    arguments: [
      (
        "POST /api/v1/auth/register",
        #""email":"m@a.id","username":"mallory","password":"kuda besar""#
      ),
      ("POST /api/v1/auth/login", #""username":"mallory","password":"kuda besar""#),
      ("POST /api/v1/auth/refresh", #""refreshToken":"a""#),
      ("POST /api/v1/auth/logout", #""refreshToken":"a""#),
      ("PUT /api/v1/auth/password", #""currentPassword":"a","newPassword":"kuda sangat besar""#),
      ("POST /api/v1/auth/password/reset", #""token":"a","newPassword":"kuda sangat besar""#),
      ("PATCH /api/v1/users/me", #""name":"Mallory""#),
      ("POST /api/v1/wallets/transfers", #""to":"mallory","amount":1"#),
      ("POST /api/v1/payments/wallet-top-ups", #""amount":50000"#),
    ],
    [
      "role", "balance", "isActive", "id", "userId", "walletId", "status", "currency", "createdAt",
      "reference", "invoiceUrl", "paidAt", "passwordHash", "__proto__", "constructor", "Amount",
    ])
  func assignment(_ call: (line: String, body: String), _ property: String) throws {
    let client = try Self.ana.get()
    let words = call.line.split(separator: " ").map(String.init)
    let headers = [("Authorization", "Bearer \(client.token)"), ("Idempotency-Key", "mallory")]
    let answer = try HTTP.send(
      words[0], words[1], port: client.stack.port, headers: headers,
      json: "{\(call.body),\"\(property)\":true}")
    expectProblem(answer, 400, "invalid-request")
    let faults = answer.json["errors"] as? [[String: String]]
    #expect(faults == [["pointer": "/\(property)", "detail": "is not a known property"]])
  }

  @Test("cannot be had by saying a thing twice", arguments: [#"amount"#, #"amoun\u0074"#])
  func twice(_ name: String) throws {
    let client = try Self.ana.get()
    let answer = try HTTP.send(
      "POST", "/api/v1/payments/wallet-top-ups", port: client.stack.port,
      headers: [("Authorization", "Bearer \(client.token)")],
      json: #"{"amount":1000,"\#(name)":50000}"#)
    expectProblem(answer, 400, "invalid-request")
    #expect(answer.text.contains(#""pointer":"/amount""#))
  }

  private func first(_ list: HTTPAnswer) throws -> [String: Any] {
    try #require((list.json["items"] as? [[String: Any]])?.first)
  }

  private func stable(_ answer: HTTPAnswer) -> String {
    answer.text.replacing(/"requestId":"[0-9a-f]{32}"/, with: "")
  }
}
