// The way to Xendit and back, with its faults.

import Domain
import HTTPClient
import JSON

extension Episode {
  /// One exchange, as the real client would end it: an answer in time, surely not sent, or unknown.
  func exchange(
    _ request: HTTPRequest, _ timeoutMilliseconds: Int, of program: ProgramName, _ pulse: Pulse
  ) throws(HTTPFailure) -> HTTPResponse {
    guard !pulse.isOver else { throw .unknown(evidence: "this program has crashed") }
    guard timeoutMilliseconds > 0 else { throw .notSent(evidence: "no time left") }
    guard let call = Call(request) else {
      found("Xendit knows no call \(request.method) \(request.url)")
      throw .unknown(evidence: "no such call")
    }
    let begin = clock.milliseconds
    let fault = networkFault(on: call.kind)
    let operation = operations.last
    creations.check(call, by: operation, in: self)
    step("\(program.rawValue) asks: \(call.kind.rawValue) \(call.subject)", fault?.rawValue)
    if let fault { tally.count(fault.name(on: call.kind)) }
    guard !pulse.isOver else { throw .unknown(evidence: "this program has crashed") }
    if fault == .crashBefore { crash(program, pulse) }
    let answer = fault?.prevents == true ? nil : perform(call, fault, for: operation)
    clock.advance(dice.within(5...400))
    if fault == .slow { clock.advance(Int64(timeoutMilliseconds) + 1) }
    meet()
    if fault == .crashAfter { crash(program, pulse) }
    guard !pulse.isOver else { throw .unknown(evidence: "this program has crashed") }
    guard clock.milliseconds - begin <= timeoutMilliseconds else {
      throw .unknown(evidence: "a time-out")
    }
    return try received(answer, fault)
  }

  /// What becomes of the answer on its way.
  private func received(
    _ answer: HTTPResponse?, _ fault: NetworkFault?
  ) throws(HTTPFailure) -> HTTPResponse {
    switch fault {
    case .notSent: throw .notSent(evidence: "simulated")
    case .requestLost, .answerLost, .slow, .foundLater, .crashBefore, .crashAfter:
      throw .unknown(evidence: "simulated")
    case .refused: return .error(400, "API_VALIDATION_ERROR")
    case .unauthorized: return .error(401, "INVALID_API_KEY")
    case .missing: return .error(404, "INVOICE_NOT_FOUND_ERROR")
    case .odd: return .error(409, "CONFLICT")
    case .limitedBare: return .error(429, "RATE_LIMIT_EXCEEDED")
    case .limited:
      return .error(
        429, "RATE_LIMIT_EXCEEDED", [(name: "retry-after", value: "\(dice.within(1...90))")])
    case .failedBefore, .failedAfter: return .error(500, "SERVER_ERROR")
    case .garbage:
      return HTTPResponse(status: 200, headers: [], body: Array("<html>Bad gateway".utf8))
    case .otherInvoice, .otherAmount, .listLag, .stale, nil:
      guard let answer else { throw .unknown(evidence: "no answer") }
      return answer
    }
  }

  /// What Xendit does and answers.
  private func perform(
    _ call: Call, _ fault: NetworkFault?, for operation: Operation?
  ) -> HTTPResponse {
    switch call.kind {
    case .create: return create(call, fault)
    case .find:
      let places = placesFound(call.subject, fault)
      let shown = profile.listsNewestFirst ? places.reversed() : places
      if fault == nil || fault == .otherInvoice || fault == .stale {
        operation?.lookUps[call.subject] = LookUp(step: steps, shown: places)
      }
      let others = fault == .otherInvoice ? invoices.all.suffix(1).map { $0.json(clock) } : []
      return ok("[\((shown.map { invoices[$0].json(clock) } + others).joined(separator: ","))]")
    case .list: return list(after: call.subject)
    case .get:
      guard let place = invoices.place(ofID: call.subject) else {
        return .error(404, "INVOICE_NOT_FOUND_ERROR")
      }
      return ok(shown(place, fault).json(clock))
    case .expire:
      guard let place = invoices.place(ofID: call.subject), invoices.expire(place) else {
        return .error(404, "INVOICE_NOT_FOUND_ERROR")
      }
      tally.count("top-up: surplus invoice expired")
      if profile.reportsExpiry { report(place) }
      return ok(shown(place, fault).json(clock))
    }
  }

  /// Newest first, a few at a time.
  private func list(after last: String) -> HTTPResponse {
    let end = invoices.place(ofID: last) ?? invoices.all.count
    let shown = invoices.all[..<end].suffix(20).reversed()
    return ok("[\(shown.map { $0.json(clock) }.joined(separator: ","))]")
  }

  /// What the look-up has come to by now.
  private func placesFound(_ reference: String, _ fault: NetworkFault?) -> [Int] {
    let lag: Int64 = fault == .stale ? 600_000 : 0
    return invoices.places(of: reference).filter {
      invoices[$0].foundMilliseconds <= clock.milliseconds
        && invoices[$0].createdMilliseconds + lag <= clock.milliseconds
    }
  }

  private func create(_ call: Call, _ fault: NetworkFault?) -> HTTPResponse {
    guard let amount = call.body?["amount"]?.number?.exactInteger,
      let seconds = call.body?["invoice_duration"]?.number?.exactInteger,
      let metadata = call.body?["metadata"]
    else { return .error(400, "API_VALIDATION_ERROR") }
    var writer = JSONWriter()
    writer.value(metadata)
    let isHidden = fault == .foundLater || fault == .listLag
    let place = invoices.add(
      SimulatedInvoice(
        id: hexadecimal(dice.bytes(12)), reference: call.subject,
        amount: fault == .otherAmount ? amount + 1 : amount,
        metadata: String(decoding: writer.bytes, as: UTF8.self),
        createdMilliseconds: clock.milliseconds,
        expiresMilliseconds: clock.milliseconds + seconds * 1000,
        foundMilliseconds: clock.milliseconds + (isHidden ? dice.within(1000...3_600_000) : 0)))
    return ok(shown(place, fault).json(clock))
  }

  private func shown(_ place: Int, _ fault: NetworkFault?) -> SimulatedInvoice {
    fault == .otherInvoice ? invoices[dice.below(invoices.all.count)] : invoices[place]
  }

  /// Now and then it says that few more requests are welcome.
  private func ok(_ body: String) -> HTTPResponse {
    var headers: [(name: String, value: String)] = []
    if !isCalm, dice.happens(perMille: 5) {
      headers = [
        (name: "rate-limit-remaining", value: "3"), (name: "rate-limit-reset", value: "12.5"),
      ]
    }
    return HTTPResponse(status: 200, headers: headers, body: Array(body.utf8))
  }
}

extension HTTPResponse {
  fileprivate static func error(
    _ status: Int, _ code: String, _ headers: [(name: String, value: String)] = []
  ) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: headers,
      body: Array(#"{"error_code":"\#(code)","message":"simulated"}"#.utf8))
  }
}
