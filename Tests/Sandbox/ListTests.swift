// The list call: its order, its pages and its filters.

import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct ListTests {
  let rig: Rig
  /// Oldest first: paid, expired, pending.
  let ids: [String]

  init() throws {
    rig = try Rig()
    ids = try (1...3).map { [rig] in try rig.create(externalID: "WTU-\($0)") }
    _ = try rig.control("POST", "invoices/\(ids[0])", #"{"status": "PAID", "webhook": false}"#)
    _ = try rig.control("POST", "invoices/\(ids[1])", #"{"status": "EXPIRED", "webhook": false}"#)
  }

  @Test("the newest comes first, and pages go on behind the last invoice")
  func pages() throws {
    #expect(try rig.list("") == ids.reversed())
    #expect(try rig.list("limit=2.0") == [ids[2], ids[1]])
    #expect(try rig.list("limit=2&last_invoice=\(ids[1])") == [ids[0]])
    #expect(try rig.list("last_invoice=\(ids[0])") == [])
  }

  @Test(
    "statuses are read in each way that clients write them",
    arguments: [
      "statuses=PAID&statuses=EXPIRED", "statuses[]=PAID&statuses[]=EXPIRED",
      "statuses=%5B%22PAID%22%2C%22EXPIRED%22%5D",
    ])
  func statuses(query: String) throws {
    #expect(try rig.list(query) == [ids[1], ids[0]])
  }

  @Test("times narrow the list, whatever their zone")
  func times() throws {
    let created = try rig.invoice(ids[1])["created"] as? String ?? ""
    #expect(try rig.list("created_after=\(created)") == [ids[2]])
    #expect(try rig.list("created_before=\(created)") == [ids[0]])
    #expect(try rig.list("paid_after=2020-01-01T00:00:00.000000%2B07:00") == [ids[0]])
    #expect(try rig.list("paid_after=2999-01-01") == [])
    #expect(try rig.list("external_id=WTU-3&statuses=PAID") == [])
  }

  @Test(
    "a filter that cannot be read is refused",
    arguments: [
      "statuses=FAILED", "limit=0", "limit=101", "limit=x", "created_after=yesterday",
      "paid_after=2024-13-01", "paid_after=2024-01-01T25:00:00Z", "created_after=2024-01-01T",
    ])
  func unreadable(query: String) throws {
    let answer = try rig.call("GET", "/v2/invoices?\(query)")
    #expect(answer?.status == 400)
    #expect(answer?.errorCode == "API_VALIDATION_ERROR")
  }

  @Test("the truth is every invoice, oldest first, and wants no key")
  func truth() throws {
    let truth = try rig.control("GET", "invoices").jsonArray
    #expect(truth.compactMap { $0["id"] as? String } == ids)
    #expect(truth.compactMap { $0["status"] as? String } == ["PAID", "EXPIRED", "PENDING"])
  }
}
