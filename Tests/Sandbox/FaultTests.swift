// Each way in which Xendit can fail its client: what the client sees, and what was done all the
// same.

import Foundation
import Support
import Testing

@Suite(.enabled(if: Rig.isBuilt, "needs dompet-sandbox beside the tests"))
struct FaultTests {
  let rig: Rig

  init() throws {
    rig = try Rig()
  }

  @Test("reset drops every call, and nothing was done", arguments: Place.allCases)
  func reset(place: Place) throws {
    let id = try rig.create(externalID: "first")
    try put(place, "reset")
    #expect(try call(place, id) == nil)
    try expect(place, id, done: false)
    #expect(try call(place, id)?.status == 200)
  }

  @Test("lost_answer drops every call after it was done", arguments: Place.allCases)
  func lostAnswer(place: Place) throws {
    let id = try rig.create(externalID: "first")
    try put(place, "lost_answer")
    #expect(try call(place, id) == nil)
    try expect(place, id, done: true)
  }

  @Test("status answers what it is told, and nothing was done", arguments: Place.allCases)
  func status(place: Place) throws {
    let id = try rig.create(externalID: "first")
    for (status, code) in [
      (500, "SERVER_ERROR"), (429, "RATE_LIMIT_EXCEEDED"), (403, "REQUEST_FORBIDDEN_ERROR"),
    ] {
      try put(place, "status", #", "status": \#(status)"#)
      let answer = try call(place, id)
      #expect(answer?.status == status)
      #expect(answer?.errorCode == code)
    }
    try expect(place, id, done: false)
  }

  @Test("garbage, html and huge answer nonsense after it was done", arguments: Place.allCases)
  func nonsense(place: Place) throws {
    let id = try rig.create(externalID: "first")
    try put(place, "garbage")
    let garbage = try #require(try call(place, id))
    #expect(throws: (any Error).self) {
      try JSONSerialization.jsonObject(with: Data(garbage.body), options: .fragmentsAllowed)
    }
    try expect(place, id, done: true)
    try put(place, "html", #", "status": 502"#)
    let html = try call(place, id)
    #expect(html?.status == 502)
    #expect(html?.header("content-type") == "text/html")
    try put(place, "huge")
    #expect(try #require(try call(place, id)).body.count > 16_000_000)
  }

  @Test("slow does it at once and answers later", arguments: Place.allCases)
  func slow(place: Place) throws {
    let id = try rig.create(externalID: "first")
    try put(place, "slow", #", "seconds": 0.3"#)
    let start = ContinuousClock.now
    #expect(try call(place, id)?.status == 200)
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    try expect(place, id, done: true)
  }

  @Test("drip sends a byte a second: a client without a total limit would wait for minutes")
  func drip() throws {
    let id = try rig.create()
    try put(.get, "drip")
    let url = "http://127.0.0.1:\(rig.port)/sandbox/v2/invoices/\(id)"
    let curl = try runCommand("curl", ["-sS", "-m", "2", "-u", "\(Rig.secretKey):", url])
    #expect(curl.status == 28, "curl's word for a time-out")
  }

  @Test("late drops a create, and the invoice appears when its time has come")
  func lateCreate() throws {
    try put(.create, "late", #", "seconds": 1"#)
    #expect(try call(.create, "") == nil)
    #expect(try rig.list("external_id=other") == [])
    let id = try #require(try rig.control("GET", "invoices").jsonArray.first?["id"] as? String)
    try eventually { try self.rig.list("external_id=other") == [id] }
    #expect(try rig.invoice(id)["status"] as? String == "PENDING")
  }

  @Test("late drops an expiry, which happens when its time has come")
  func lateExpire() throws {
    let id = try rig.create()
    try put(.expire, "late", #", "seconds": 1"#)
    #expect(try call(.expire, id) == nil)
    #expect(try rig.invoice(id)["status"] as? String == "PENDING")
    try eventually { try self.rig.invoice(id)["status"] as? String == "EXPIRED" }
  }

  @Test("list_lag hides young invoices from the list, not from reading")
  func listLag() throws {
    let id = try rig.create()
    try put(.list, "list_lag", #", "seconds": 60"#)
    #expect(try rig.list("external_id=WTU-1") == [])
    #expect(try rig.list("external_id=WTU-1") == [id])
    try put(.list, "list_lag", #", "seconds": 60"#)
    #expect(try rig.invoice(id)["id"] as? String == id)
  }

  @Test("a fault is used up by its times; a new list replaces the old one; DELETE clears")
  func times() throws {
    let id = try rig.create()
    try put(.get, "reset", #", "times": 2"#)
    #expect(try rig.call("GET", "/v2/invoices/\(id)") == nil)
    #expect(try rig.control("GET", "faults").jsonArray.first?["times"] as? Int == 1)
    #expect(try rig.call("GET", "/v2/invoices")?.status == 200)
    try put(.list, "reset")
    #expect(try rig.call("GET", "/v2/invoices/\(id)")?.status == 200)
    _ = try rig.control("DELETE", "faults")
    #expect(try rig.call("GET", "/v2/invoices")?.status == 200)
  }

  @Test("a fault or switch that means nothing is refused and changes nothing", arguments: nonsenses)
  func nonsense(path: String, json: String) throws {
    let before = try rig.control("GET", path).text
    let answer = try rig.call("PUT", "/control/\(path)", json: json, key: nil)
    #expect(answer?.status == 400)
    #expect(try rig.control("GET", path).text == before)
  }

  @Test("faults and switches are forgotten at a restart, invoices are not")
  func restart() throws {
    let id = try rig.create()
    try put(.get, "reset")
    _ = try rig.control("PUT", "switches", #"{"minimum_amount": 1}"#)
    try rig.killAndRestart()
    #expect(try rig.invoice(id)["id"] as? String == id)
    #expect(try rig.control("GET", "switches").json["minimum_amount"] as? Int == 1000)
  }
}

extension FaultTests {
  enum Place: String, CaseIterable, Sendable {
    case create, get, list, expire
  }

  private func put(_ place: Place, _ mode: String, _ more: String = "") throws {
    let rule = #"[{"on": "\#(place.rawValue)", "mode": "\#(mode)"\#(more)}]"#
    _ = try rig.control("PUT", "faults", rule)
  }

  private func call(_ place: Place, _ id: String) throws -> HTTPAnswer? {
    switch place {
    case .create:
      try rig.call("POST", "/v2/invoices", json: #"{"external_id": "other", "amount": 50000}"#)
    case .get: try rig.call("GET", "/v2/invoices/\(id)")
    case .list: try rig.call("GET", "/v2/invoices")
    case .expire: try rig.call("POST", "/invoices/\(id)/expire!")
    }
  }

  /// Expects that a call which changes something did so, or did not; the others change nothing.
  private func expect(_ place: Place, _ id: String, done: Bool) throws {
    switch place {
    case .create: #expect(try rig.list("external_id=other").isEmpty != done)
    case .expire: #expect(try (rig.invoice(id)["status"] as? String == "EXPIRED") == done)
    case .get, .list: break
    }
  }
}

private let nonsenses = [
  ("faults", "{}"), ("faults", "["), ("faults", "[1]"),
  ("faults", #"[{"on": "create"}]"#),
  ("faults", #"[{"on": "create", "mode": "broken"}]"#),
  ("faults", #"[{"on": "create", "mode": "reset", "time": 2}]"#),
  ("faults", #"[{"on": "create", "mode": "reset", "times": 0}]"#),
  ("faults", #"[{"on": "get", "mode": "late"}]"#),
  ("faults", #"[{"on": "create", "mode": "list_lag"}]"#),
  ("faults", #"[{"on": "webhook", "mode": "drip"}]"#),
  ("faults", #"[{"on": "get", "mode": "status", "status": 99}]"#),
  ("switches", "[]"), ("switches", #"{"unique_external_ids": true}"#),
  ("switches", #"{"unique_external_id": 1}"#), ("switches", #"{"expire_closed_status": 402}"#),
]
