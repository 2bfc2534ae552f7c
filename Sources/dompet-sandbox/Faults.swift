// What goes wrong next. PUT /sandbox/control/faults takes a list and replaces the one before:
//
//   [{"on": "create", "mode": "lost_answer", "times": 2, "seconds": 5, "status": 500}]
//
// `times` calls (1 unless told) of the kind `on` are met by the first rule for it that is not used
// up. GET shows what is left, DELETE clears. `seconds` (5 unless told) may be a fraction.
//
//   mode         on a call (create, get, list, expire)     on a webhook
//   reset        dropped before the work                   not sent; counts as a failure
//   slow         done, answered `seconds` later            sent `seconds` later
//   status       not done, answered `status` (500)         sent; the answer is taken for `status`
//   garbage      done, answered with half of the JSON      a body of half the JSON
//   html         done, answered with a page                a page for a body
//   huge         done, answered with 16 MiB more           2 MiB more
//   drip         done, answered at one byte a second       (none)
//   lost_answer  done, then dropped                        sent; the answer counts as a time-out
//   late         create, expire: dropped; it happens       first sent `seconds` later
//                `seconds` later; not on get and list
//   list_lag     list only: invoices younger than          (none)
//                `seconds` are not found
//
// Where a mode answers something else than the work's result, `status` replaces its status too.

import Domain
import FastCGI
import JSON

struct FaultRule: Sendable {
  enum Place: String, CaseIterable {
    case create, get, list, expire, webhook
  }

  enum Mode: String, CaseIterable {
    case reset, slow, status, garbage, html, huge, drip, late
    case lostAnswer = "lost_answer"
    case listLag = "list_lag"
  }

  let place: Place
  let mode: Mode
  let status: Int?
  let milliseconds: Int64
  var timesLeft: Int64

  /// How the work itself changes, in milliseconds: how much later it happens, how young an invoice
  /// is not yet found.
  struct Effect {
    static let none = Effect(delay: 0, lag: 0)
    let delay: Int64
    let lag: Int64
  }

  var effect: Effect {
    Effect(delay: mode == .late ? milliseconds : 0, lag: mode == .listLag ? milliseconds : 0)
  }

  var statusResponse: Response {
    var response = APIError.ofStatus(status ?? 500).response
    if (300..<400).contains(response.status) {
      response.headers.append(("Location", "/sandbox/style.css"))
    }
    return response
  }

  /// What the client sees of work that was done.
  func spoil(_ done: Response) -> Response {
    var response = done
    response.status = status ?? done.status
    switch mode {
    case .slow: pause(milliseconds: milliseconds)
    case .garbage, .html, .huge: response.body = spoil(done.body, padding: 16 << 20)
    case .drip: response.headers.append(("X-Accel-Limit-Rate", "1"))
    case .lostAnswer, .late: return .dropped
    case .reset, .status, .listLag: break
    }
    if mode == .html { response.headers = [("Content-Type", "text/html")] }
    return response
  }

  /// A body in the way of `garbage`, `html` and `huge` (still valid JSON, for a client without a
  /// limit); as it was in any other mode.
  func spoil(_ body: [UInt8], padding: Int) -> [UInt8] {
    switch mode {
    case .garbage: Array(body.prefix(body.count / 2)) + [0xff, 0x00]
    case .html: Array("<!doctype html><title>502</title><h1>Bad Gateway</h1>".utf8)
    case .huge: Array(repeating: UInt8(ascii: " "), count: padding) + body
    default: body
    }
  }
}

extension Sandbox {
  func showFaults() -> Response {
    let rules = faults.withLock { $0 }
    return .json { writer in
      writer.array { list in
        for rule in rules { list.element(object: rule.write) }
      }
    }
  }

  func setFaults(_ call: Call) -> Response {
    do throws(APIError) {
      let rules = try faultRules(try call.body.whole())
      faults.withLock { $0 = rules }
      return showFaults()
    } catch {
      return error.response
    }
  }

  func clearFaults() -> Response {
    faults.withLock { $0 = [] }
    return .noContent
  }

  /// The fault that meets this call, if any; it is used up by one.
  func takeFault(_ place: FaultRule.Place) -> FaultRule? {
    faults.withLock { rules in
      guard let index = rules.firstIndex(where: { $0.place == place }) else { return nil }
      rules[index].timesLeft -= 1
      let rule = rules[index]
      if rule.timesLeft < 1 { rules.remove(at: index) }
      return rule
    }
  }
}

private func faultRules(_ body: [UInt8]) throws(APIError) -> [FaultRule] {
  guard let list = try parsedJSON(body).array else {
    throw .validation([Mistake(path: "", message: "\"value\" must be an array")])
  }
  var rules: [FaultRule] = []
  var mistakes: [Mistake] = []
  for (index, value) in list.enumerated() {
    var members = Members(value, prefix: "\(index).")
    if let rule = FaultRule(&members) { rules.append(rule) }
    mistakes += members.mistakes
  }
  guard mistakes.isEmpty else { throw .validation(mistakes) }
  return rules
}

extension FaultRule {
  /// nil, with the mistakes noted, if it is not one.
  fileprivate init?(_ members: inout Members) {
    members.refuseOthers(than: ["on", "mode", "status", "seconds", "times"])
    members.require(["on", "mode"])
    let place = members.choice("on", of: Place.self)
    let mode = members.choice("mode", of: Mode.self)
    status = members.whole("status", in: 200...599).map(Int.init)
    milliseconds = Int64((members.number("seconds", in: 0...1e8)?.value ?? 5) * 1000)
    timesLeft = members.whole("times", in: 1...Int64.max) ?? 1
    guard let place, let mode else { return nil }
    if !mode.places.contains(place) { members.note("mode", "means nothing on \(place)") }
    self.place = place
    self.mode = mode
  }

  fileprivate func write(_ writer: inout JSONWriter) {
    writer.member("on", place.rawValue)
    writer.member("mode", mode.rawValue)
    if let status { writer.member("status", Int64(status)) }
    writer.number("seconds", digits: "\(Double(milliseconds) / 1000)")
    writer.member("times", timesLeft)
  }
}

extension FaultRule.Mode {
  fileprivate var places: [FaultRule.Place] {
    switch self {
    case .late: [.create, .expire, .webhook]
    case .listLag: [.list]
    case .drip: [.create, .get, .list, .expire]
    default: FaultRule.Place.allCases
    }
  }
}
