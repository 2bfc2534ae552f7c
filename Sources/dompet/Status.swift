// How the house stands: one value, told as text, as JSON, or as a page.

import Domain
import JSON
import Ledger
import Service
import Storage

struct Status {
  let at: Timestamp
  let overview: Overview
  let maintenance: [Maintenance.Entry]
  let files: Storehouse

  /// - Parameter path: of the file; a server looks after its own.
  static func take(_ database: any Database, path: String?) throws(Refusal) -> Status {
    let now = World.real.now()
    let (overview, maintenance) = try database.read { db throws(Refusal) in
      (try Overview.take(at: now, in: db), try Maintenance.list(in: db))
    }
    return Status(
      at: now, overview: overview, maintenance: maintenance, files: Storehouse(path: path))
  }

  /// For people: groups of names and values.
  var groups: [(title: String, lines: [(name: String, value: String)])] {
    let open = overview.open
    return [
      (
        "Today (UTC)",
        [
          ("top-ups paid", told(overview.paidToday)),
          ("transfers", told(overview.transferredToday)),
        ]
      ),
      (
        "Open top-ups",
        [
          ("of the last hour", told(open.lastHour)), ("of the last day", told(open.lastDay)),
          ("older", told(open.older)), ("the oldest", ago(open.oldest)),
        ]
      ),
      (
        "Waiting",
        [
          ("for review", told(overview.inReview)),
          ("for Xendit's word", told(overview.awaitingProvider)),
          ("credits not yet checked at Xendit", overview.uncheckedCredits.grouped),
        ]
      ),
      (
        "Held",
        [
          ("wallets", overview.wallets.count.grouped),
          ("sum of balances", "\(overview.wallets.money.rupiah.grouped) IDR"),
        ]
      ),
      (
        "Storage",
        [
          ("database", files.databaseBytes.bytes), ("write-ahead log", files.logBytes.bytes),
          ("disk left", files.bytesLeft.bytes),
        ]
      ),
      ("Maintenance", Maintenance.Task.allCases.map { ($0.rawValue, last($0)) }),
    ]
  }

  func describe(_ line: inout JSONWriter) {
    line.member("at", at.rfc3339)
    line.sum("paidToday", overview.paidToday)
    line.sum("transferredToday", overview.transferredToday)
    line.member("open", object: describeOpen)
    line.sum("inReview", overview.inReview)
    line.sum("awaitingXendit", overview.awaitingProvider)
    line.member("uncheckedCredits", overview.uncheckedCredits)
    line.sum("wallets", overview.wallets)
    line.member("storage", object: files.describe)
    line.member("maintenance", object: describeMaintenance)
  }

  private func describeOpen(_ open: inout JSONWriter) {
    open.sum("lastHour", overview.open.lastHour)
    open.sum("lastDay", overview.open.lastDay)
    open.sum("older", overview.open.older)
    open.member("oldest", overview.open.oldest?.rfc3339)
  }

  private func describeMaintenance(_ tasks: inout JSONWriter) {
    for entry in maintenance {
      let describe: (inout JSONWriter) -> Void = { task in
        task.member("doneAt", entry.doneAt.rfc3339)
        task.member("outcome", entry.outcome)
      }
      tasks.member(entry.task, object: describe)
    }
  }

  private func told(_ sum: Overview.Sum) -> String {
    sum.count == 0 ? "none" : "\(sum.count.grouped), \(sum.money.rupiah.grouped) IDR"
  }

  func ago(_ moment: Timestamp?, otherwise: String = "none") -> String {
    moment.map { "\(age(at.seconds - $0.seconds)) ago" } ?? otherwise
  }

  private func last(_ task: Maintenance.Task) -> String {
    guard let entry = maintenance.first(where: { $0.task == task.rawValue }) else {
      return "never"
    }
    return "\(ago(entry.doneAt)): \(entry.outcome)"
  }
}

/// What lies on the disk.
struct Storehouse {
  let databaseBytes: Int64?
  let logBytes: Int64?
  let bytesLeft: Int64?

  init(path: String?) {
    databaseBytes = path.flatMap { LocalFiles.status($0)?.bytes }
    logBytes = path.flatMap { LocalFiles.status($0 + "-wal")?.bytes }
    bytesLeft = path.flatMap { LocalFiles.bytesLeft(at: $0) }
  }

  fileprivate func describe(_ storage: inout JSONWriter) {
    storage.member("databaseBytes", databaseBytes ?? 0)
    storage.member("logBytes", logBytes ?? 0)
    storage.member("bytesLeft", bytesLeft ?? 0)
  }
}

extension JSONWriter {
  fileprivate mutating func sum(_ name: String, _ sum: Overview.Sum) {
    let describe: (inout JSONWriter) -> Void = { member in
      member.member("count", sum.count)
      member.member("amount", sum.money.whole)
    }
    member(name, object: describe)
  }
}

extension Int64 {
  /// With a blank between each three digits, which nobody takes for a decimal point.
  var grouped: String {
    let digits = String(magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + text
  }
}

extension Int64? {
  /// In the unit that leaves one to four digits.
  var bytes: String {
    guard var rest = self else { return "unknown" }
    for unit in ["B", "kB", "MB", "GB"] {
      if rest < 10_000 { return "\(rest) \(unit)" }
      rest /= 1000
    }
    return "\(rest) TB"
  }
}
