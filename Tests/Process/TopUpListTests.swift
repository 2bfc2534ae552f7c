// A user's top-ups: the list, one of them, and what is nobody else's business.

import Foundation
import Programs
import Support
import Testing

@Suite("A user's top-ups", .enabled(if: Site.isBuilt, Site.notBuilt))
struct TopUpListTests {
  private let till: Till

  init() throws {
    till = try Till()
  }

  @Test("are listed newest first, page after page, and a page never shifts")
  func pages() throws {
    let ids = try (1...7).map { try #require(till.expectCreated(till.ask("\($0)0000"))) }
    var seen: [String] = []
    var cursor: String?
    repeat {
      let page = try list("limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""))
      seen += page.items.compactMap { $0["id"] as? String }
      cursor = page.next
      _ = try till.ask()
    } while cursor != nil
    #expect(seen == ids.reversed())
  }

  @Test("are all on one page of twenty unless told, and the last page has no cursor")
  func defaults() throws {
    #expect(try list("").items.isEmpty)
    for _ in 1...21 { _ = try till.ask() }
    let first = try list("")
    #expect(first.items.count == 20)
    let second = try list("cursor=\(first.next ?? "")")
    #expect(second.items.count == 1 && second.next == nil)
  }

  @Test("are shown with all their times")
  func members() throws {
    let id = try #require(till.expectCreated(till.ask()))
    let item = try #require(try list("").items.first)
    let names: Set = [
      "id", "reference", "status", "amount", "currency", "invoiceUrl", "paidAt", "expiresAt",
      "createdAt",
    ]
    #expect(Set(item.keys) == names)
    #expect(item["expiresAt"] as? String == "2031-01-01T00:00:00.000Z")
    #expect(item["paidAt"] is NSNull)
    let one = try get("/\(id)")
    #expect(NSDictionary(dictionary: one.json).isEqual(to: item))
  }

  @Test("can be asked for by their status")
  func status() throws {
    _ = try till.ask()
    till.provider.fail(.answer("400 Bad Request"))
    _ = try till.ask()
    #expect(try list("status=PENDING").items.count == 1)
    #expect(try list("status=FAILED").items.count == 1)
    #expect(try list("status=PAID").items.isEmpty)
  }

  @Test(
    "are refused where the query is wrong, every mistake named",
    arguments: [
      ("limit=0", ["/limit"]), ("limit=101", ["/limit"]), ("limit=+5", ["/limit"]),
      ("limit=x&status=paid&cursor=y&page=1", ["/status", "/limit", "/cursor", "/page"]),
      ("limit=5&limit=5", ["/limit"]), ("limit", [""]), ("limit=%", [""]), ("limit=%zz", [""]),
      ("status=%ff", [""]), ("li%6Dit=0", ["/limit"]), ("cursor=", ["/cursor"]),
    ])
  func badQuery(query: String, pointers: [String]) throws {
    expectProblem(try get("?" + query), 400, "invalid-request", pointers: pointers)
  }

  @Test("are nobody else's: 404, as for an id that is none", arguments: ["", "/cancel"])
  func others(path: String) throws {
    let id = try #require(till.expectCreated(till.ask()))
    let other = try till.site.makeAccount("other.user")
    let method = path.isEmpty ? "GET" : "POST"
    for wanted in [id, "x", id.uppercased(), UUID().uuidString.lowercased(), "..", "%00"] {
      let call = Call(method, MethodTests.topUps + "/\(wanted)\(path)", headers: [other.bearer])
      expectProblem(try till.program.ask(call), 404, "not-found")
    }
    #expect(try till.program.get(MethodTests.topUps, headers: [other.bearer]).json.isEmpty == false)
    let own = try till.program.get(MethodTests.topUps, headers: [other.bearer])
    #expect((own.json["items"] as? [Any])?.isEmpty == true)
  }

  @Test("want a bearer", arguments: [("GET", ""), ("GET", "/x"), ("POST", "/x/cancel")])
  func bearer(method: String, path: String) throws {
    let call = Call(method, MethodTests.topUps + path)
    expectProblem(try till.program.ask(call), 401, "unauthorized")
  }

  @Test("are cancelled without a body")
  func body() throws {
    let id = try #require(till.expectCreated(till.ask()))
    let answer = try till.program.post(
      MethodTests.topUps + "/\(id)/cancel", headers: [till.account.bearer], json: "{}")
    expectProblem(answer, 400, "invalid-request", pointers: [""])
  }

  private func list(_ query: String) throws -> (items: [[String: Any]], next: String?) {
    let answer = try get(query.isEmpty ? "" : "?" + query)
    #expect(answer.status == 200, "\(answer.text)")
    return (answer.json["items"] as? [[String: Any]] ?? [], answer.string("nextCursor"))
  }

  private func get(_ rest: String) throws -> Answer {
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var call = Call("GET", MethodTests.topUps + parts[0], headers: [till.account.bearer])
    if parts.count == 2 { call.replace("QUERY_STRING", with: Array(parts[1].utf8)) }
    return try till.program.ask(call)
  }
}
