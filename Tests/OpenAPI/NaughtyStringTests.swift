// The Big List of Naughty Strings in every text of every call, through nginx: a text comes back as
// it was sent, but for what is documented (trimmed, lower-cased, blank is null), or is refused.

import Foundation
import Support
import Testing

@Suite("A naughty string", .enabled(if: Stack.isBuilt, "needs the release build"))
struct NaughtyStringTests {
  private static let path = Checkout.shared + "/vectors/blns/blns.json"
  private static let strings: [String] = {
    let data = FileManager.default.contents(atPath: path) ?? Data()
    return (try? JSONSerialization.jsonObject(with: data)) as? [String] ?? []
  }()
  private static let isThere = !strings.isEmpty
  private static let absent: Comment = "needs ../shared/vectors/blns"

  /// A text of a call whose answer does not show it, and what else may be answered.
  struct Place: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let method: String
    let path: String
    /// JSON around the text, which stands for `*`; none if the text stands in the path.
    var body: String?
    let statuses: Set<Int>
  }

  private static let places = [
    Place(
      testDescription: "e-mail address", method: "POST", path: "/api/v1/auth/register",
      body: #"{"email":*,"username":"x","password":"kuda besar sekali"}"#, statuses: []),
    Place(
      testDescription: "refresh token", method: "POST", path: "/api/v1/auth/refresh",
      body: #"{"refreshToken":*}"#, statuses: [401]),
    Place(
      testDescription: "refresh token to end", method: "POST", path: "/api/v1/auth/logout",
      body: #"{"refreshToken":*}"#, statuses: [204]),
    Place(
      testDescription: "reset token", method: "POST", path: "/api/v1/auth/password/reset",
      body: #"{"token":*,"newPassword":"kuda besar sekali"}"#, statuses: []),
    Place(
      testDescription: "receiver", method: "POST", path: "/api/v1/wallets/transfers",
      body: #"{"to":*,"amount":1}"#, statuses: [422]),
    Place(
      testDescription: "amount", method: "POST", path: "/api/v1/payments/wallet-top-ups",
      body: #"{"amount":*}"#, statuses: []),
    Place(
      testDescription: "name of a property", method: "POST",
      path: "/api/v1/payments/wallet-top-ups", body: #"{"amount":5000,*:1}"#, statuses: []),
    Place(
      testDescription: "session", method: "DELETE", path: "/api/v1/auth/sessions/*",
      statuses: [404]),
    Place(
      testDescription: "top-up", method: "GET", path: "/api/v1/payments/wallet-top-ups/*",
      statuses: [404]),
    Place(
      testDescription: "status of a list", method: "GET",
      path: "/api/v1/payments/wallet-top-ups?status=*", statuses: []),
    Place(
      testDescription: "cursor", method: "GET", path: "/api/v1/wallets/me/transactions?cursor=*",
      statuses: []),
    Place(
      testDescription: "time", method: "GET", path: "/api/v1/wallets/me/transactions?from=*",
      statuses: []),
    Place(
      testDescription: "name of a parameter", method: "GET",
      path: "/api/v1/wallets/me/transactions?*=1", statuses: []),
  ]

  @Test(
    "where it cannot mean anything is refused", .enabled(if: isThere, absent), arguments: places)
  func refused(_ place: Place) throws {
    let ana = try Person.shared.get()
    for string in Self.strings {
      let body = try place.body.map { $0.replacing("*", with: try json(string)) }
      let path = place.path.replacing("*", with: encoded(string))
      let answer = try ana.send(place.method, path, json: body, key: "naughty")
      let isRefused = answer.status == 400 || place.statuses.contains(answer.status)
      // An empty segment or `..` is another path.
      let isElsewhere =
        place.body == nil && [404, 405, 200].contains(answer.status)
        && ["", ".", "..", "../"].contains { string.hasPrefix($0) && string.count <= 3 }
      #expect(isRefused || isElsewhere, "\(string): \(answer.status) \(answer.text)")
    }
  }

  @Test("as one's name comes back unchanged", .enabled(if: isThere, absent))
  func name() throws {
    let ana = try Person.shared.get()
    var taken = 0
    for string in Self.strings {
      let body = "{\"name\":\(try json(string))}"
      let answer = try ana.send("PATCH", "/api/v1/users/me", json: body)
      guard answer.status == 200 else {
        #expect(answer.status == 400, "\(string)")
        continue
      }
      taken += 1
      let shown = try ana.send("GET", "/api/v1/users/me").json["name"] as? String
      let isBlank = string.utf8.allSatisfy { $0 == 32 || (9...13).contains($0) }
      #expect(shown.map { Array($0.utf8) } == (isBlank ? nil : Array(string.utf8)), "\(string)")
    }
    #expect(taken > 400)
  }

  /// Each costs two hashes, so not all of them in a normal run.
  @Test("as a user name and password is taken as it is", .enabled(if: isThere, absent))
  func account() throws {
    let port = try Stack.shared.get().port
    for (index, string) in Self.strings.enumerated() where index % 20 < Scale.factor {
      let name = "naughty.\(index).\(UUID().uuidString.prefix(8).lowercased())"
      for (username, password) in [(string, "kuda besar sekali"), (name, string)] {
        let proof =
          "\"username\":\(try json(username)),\"password\":\(try json(password))"
        let made = try HTTP.send(
          "POST", "/api/v1/auth/register", port: port,
          json: "{\"email\":\"\(name)@example.com\",\(proof)}")
        #expect([201, 400, 409].contains(made.status), "\(string): \(made.text)")
        guard made.status == 201 else { continue }
        #expect(made.json["username"] as? String == username.lowercased())
        let login = try HTTP.send("POST", "/api/v1/auth/login", port: port, json: "{\(proof)}")
        #expect(login.status == 200, "\(string): \(login.text)")
      }
    }
  }

  @Test("as an Idempotency-Key is one, or is refused", .enabled(if: isThere, absent))
  func key() throws {
    let ana = try Person.shared.get()
    for string in Self.strings {
      let answer = try ana.send(
        "POST", "/api/v1/payments/wallet-top-ups", json: #"{"amount":5000}"#, key: string)
      let isVisible = string.utf8.allSatisfy { (33...126).contains($0) && $0 != 34 }
      let isKey = isVisible && (1...255).contains(string.utf8.count)
      let text = string.trimmingCharacters(in: .whitespaces)
      #expect(isKey ? answer.status == 201 : [201, 400].contains(answer.status), "\(string)")
      #expect(answer.status == 400 || !text.contains(" "), "\(string)")
    }
  }

  @Test("in an event is stored and judged", .enabled(if: isThere, absent))
  func event() throws {
    let stack = try Stack.shared.get()
    let token = ("X-Callback-Token", stack.settings["XENDIT_WEBHOOK_TOKEN"] ?? "")
    for string in Self.strings {
      let text = try json(string)
      let answer = try HTTP.send(
        "POST", "/api/v1/payments/webhooks/xendit", port: stack.port, headers: [token],
        json: "{\"id\":\(text),\"external_id\":\(text),\"status\":\(text)}")
      #expect(answer.status == (string.isEmpty ? 400 : 404), "\(string): \(answer.text)")
    }
  }

  private func json(_ string: String) throws -> String {
    let data = try JSONSerialization.data(withJSONObject: string, options: .fragmentsAllowed)
    return String(decoding: data, as: UTF8.self)
  }

  private func encoded(_ string: String) -> String {
    string.utf8.map { String(format: "%%%02x", Int($0)) }.joined()
  }
}
