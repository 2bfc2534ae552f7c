// What the environment says, read once at start; all its mistakes are reported together.
//
//   SANDBOX_DATABASE_URL   sqlite:/absolute/path, a file of the sandbox's own
//   XENDIT_SECRET_KEY      what clients must present; a live key (xnd_production_…) is refused
//   XENDIT_WEBHOOK_TOKEN   sent with each webhook as x-callback-token
//   SANDBOX_PUBLIC_URL     where payers reach it, such as http://127.0.0.1:8080/sandbox
//   SANDBOX_WEBHOOK_URL    where webhooks go
//   SANDBOX_TIME_SCALE     how much faster retries come than Xendit's; 60
//   SANDBOX_ALLOW          `any` also serves addresses other than this machine's
//   WORKER_THREADS         16

import Domain

struct Settings: Sendable {
  let databasePath: String
  let secretKey: String
  let webhookToken: String
  let publicURL: String
  let webhookURL: String
  let timeScale: Int64
  let allowsAnyAddress: Bool
  let threads: Int

  struct Mistakes: Error {
    let lines: [String]
  }

  init(environment: @escaping (String) -> String?) throws(Mistakes) {
    var reader = Reader(environment: environment)
    databasePath = reader.read("SANDBOX_DATABASE_URL", parseDatabaseURL)
    secretKey = reader.read("XENDIT_SECRET_KEY", parseSecretKey)
    webhookToken = reader.read("XENDIT_WEBHOOK_TOKEN") { text throws(Invalid) in text }
    publicURL = reader.read("SANDBOX_PUBLIC_URL", parseURL)
    webhookURL = reader.read("SANDBOX_WEBHOOK_URL", parseURL)
    timeScale = Int64(reader.number("SANDBOX_TIME_SCALE", 1...1_000_000, unlessSet: 60))
    threads = reader.number("WORKER_THREADS", 1...512, unlessSet: 16)
    let allow = environment("SANDBOX_ALLOW") ?? ""
    allowsAnyAddress = allow == "any"
    if !["", "any", "local"].contains(allow) {
      reader.mistakes.append("SANDBOX_ALLOW must be `any` or `local`")
    }
    if !reader.mistakes.isEmpty { throw Mistakes(lines: reader.mistakes) }
  }

  /// Whether a request from this address is served: one of this machine's own, or nginx's word
  /// for a unix socket.
  func serves(address: String?) -> Bool {
    guard let address else { return false }
    return allowsAnyAddress || address == "::1" || address == "unix:"
      || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
  }
}

private struct Reader {
  let environment: (String) -> String?
  var mistakes: [String] = []

  mutating func read(_ name: String, _ parse: (String) throws(Invalid) -> String) -> String {
    guard let text = environment(name), !text.isEmpty else {
      mistakes.append("\(name) is not set")
      return ""
    }
    do throws(Invalid) {
      return try parse(text)
    } catch {
      mistakes.append("\(name) \(error.detail)")
      return ""
    }
  }

  mutating func number(_ name: String, _ range: ClosedRange<Int>, unlessSet: Int) -> Int {
    guard let text = environment(name), !text.isEmpty else { return unlessSet }
    if let number = Int(text), range.contains(number) { return number }
    mistakes.append(
      "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    return unlessSet
  }
}

private func parseDatabaseURL(_ text: String) throws(Invalid) -> String {
  guard text.hasPrefix("sqlite:/") else { throw Invalid("must be sqlite: and an absolute path") }
  return String(text.dropFirst("sqlite:".count))
}

private func parseSecretKey(_ text: String) throws(Invalid) -> String {
  if text.lowercased().hasPrefix("xnd_production_") {
    throw Invalid("is a live key: the sandbox does not start beside one")
  }
  return text
}

private func parseURL(_ text: String) throws(Invalid) -> String {
  guard ["http://", "https://"].contains(where: { text.hasPrefix($0) && text.count > $0.count })
  else { throw Invalid("must be a URL that begins with http:// or https://") }
  return text.hasSuffix("/") ? String(text.dropLast()) : text
}
