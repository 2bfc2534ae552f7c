// One transfer: what libcurl reports while it runs, and the verdict when it ends.

import CCurl

/// Collects a response within the limits.
final class Exchange {
  private let limits: HTTPLimits
  private let isSafeToRepeat: Bool
  private var timesIssued = 0
  private var headerBytes = 0
  private var isInHeaders = false
  private var headers: [(name: String, value: String)] = []
  private var body: [UInt8] = []
  /// Why this side broke off.
  private var objection: String?

  init(limits: HTTPLimits, isSafeToRepeat: Bool) {
    self.limits = limits
    self.isSafeToRepeat = isSafeToRepeat
  }

  /// Runs the transfer. Until libcurl first asked `mayIssue`, nothing has been sent; after that,
  /// every failure leaves the outcome open.
  func perform(on handle: Handle) throws(HTTPFailure) -> HTTPResponse {
    let code = curl_easy_perform(handle.curl)
    if code == CURLE_OK {
      let status = dompet_curl_status(handle.curl)
      return HTTPResponse(status: status, headers: headers, body: body)
    }
    let evidence = objection ?? errorText(code, handle)
    throw timesIssued == 0 ? .notSent(evidence: evidence) : .unknown(evidence: evidence)
  }

  private func errorText(_ code: CURLcode, _ handle: Handle) -> String {
    let detailed = String(cString: handle.errorText)
    return detailed.isEmpty ? String(cString: curl_easy_strerror(code)) : detailed
  }

  /// Asked before the request goes out on a connection. When a kept connection closes without an
  /// answer, libcurl repeats the request on a new one, a POST too; but the server may have carried
  /// it out before it closed. So only what is safe to repeat goes out twice.
  fileprivate func mayIssue() -> Bool {
    timesIssued += 1
    guard timesIssued > (isSafeToRepeat ? 2 : 1) else { return true }
    objection = "the connection closed before an answer"
    return false
  }

  /// Takes one header line, status lines and the blank line at the end included.
  fileprivate func receive(header line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= limits.headerBytesMax else {
      objection = "more than \(limits.headerBytesMax) bytes of headers"
      return false
    }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/"), body.isEmpty {
      headers = []  // those of an interim response
      isInHeaders = true
    } else if isInHeaders, let colon = text.firstIndex(of: ":") {
      let value = text[text.index(after: colon)...]
      headers.append((name: text[..<colon].lowercased(), value: trimmed(value)))
    } else {
      isInHeaders = false  // after the blank line there are only trailers
    }
    return true
  }

  private func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0.isWhitespace }
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) } ?? ""
  }

  fileprivate func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= limits.bodyBytesMax - body.count else {
      objection = "more than \(limits.bodyBytesMax) bytes of body"
      return false
    }
    body.append(contentsOf: bytes)
    return true
  }
}

let mayIssueRequest: curl_prereq_callback = { context, _, _, _, _ in
  exchange(context)?.mayIssue() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

let receiveHeader: curl_write_callback = { bytes, _, count, context in
  let line = UnsafeRawBufferPointer(start: bytes, count: count)
  return exchange(context)?.receive(header: line) == true ? count : refused
}

let receiveBody: curl_write_callback = { bytes, _, count, context in
  let part = UnsafeRawBufferPointer(start: bytes, count: count)
  return exchange(context)?.receive(body: part) == true ? count : refused
}

/// Any number other than the count that was offered ends the transfer; 0 may be that count.
private let refused = Int(CURL_WRITEFUNC_ERROR)

private func exchange(_ context: UnsafeMutableRawPointer?) -> Exchange? {
  context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
}
