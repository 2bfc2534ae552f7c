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

  /// - Parameter path: of the file; a server tells its database's size alone.
  static func take(_ database: any Database, path: String?) throws(Refusal) -> Status {
    let now = World.real.now()
    return try database.read { db throws(Refusal) in
      Status(
        at: now, overview: try Overview.take(at: now, in: db),
        maintenance: try Maintenance.list(in: db),
        files: Storehouse(path: path, databaseBytes: try db.databaseBytes()))
    }
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
      ("Storage", files.lines),
      ("Maintenance", tasks.map { ($0.rawValue, last($0)) }),
    ]
  }

  /// What the operator's tool does here. A server is backed up with its own tools.
  var tasks: [Maintenance.Task] {
    Maintenance.Task.allCases.filter { $0 != .backup || files.isFile }
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

  private func describeMaintenance(_ line: inout JSONWriter) {
    for entry in tasks.compactMap(entry) {
      let describe: (inout JSONWriter) -> Void = { task in
        task.member("doneAt", entry.doneAt.rfc3339)
        task.member("outcome", entry.outcome)
      }
      line.member(entry.task, object: describe)
    }
  }

  private func told(_ sum: Overview.Sum) -> String {
    sum.count == 0 ? "none" : "\(sum.count.grouped), \(sum.money.rupiah.grouped) IDR"
  }

  func ago(_ moment: Timestamp?, otherwise: String = "none") -> String {
    moment.map { "\(age(at.seconds - $0.seconds)) ago" } ?? otherwise
  }

  private func last(_ task: Maintenance.Task) -> String {
    entry(task).map { "\(ago($0.doneAt)): \($0.outcome)" } ?? "never"
  }
}

/// Where the database lies.
struct Storehouse {
  let databaseBytes: Int64?
  let logBytes: Int64?
  let bytesLeft: Int64?
  /// False for a database on a server, which sees to its log, its disk and its backups itself.
  let isFile: Bool

  /// - Parameter databaseBytes: what the database's server says.
  init(path: String?, databaseBytes: Int64? = nil) {
    isFile = path != nil
    self.databaseBytes = databaseBytes ?? path.flatMap { LocalFiles.status($0)?.bytes }
    logBytes = path.flatMap { LocalFiles.status($0 + "-wal")?.bytes }
    bytesLeft = path.flatMap { LocalFiles.bytesLeft(at: $0) }
  }

  var lines: [(name: String, value: String)] {
    let database = [("database", databaseBytes.bytes)]
    if !isFile { return database }
    return database + [("write-ahead log", logBytes.bytes), ("disk left", bytesLeft.bytes)]
  }

  fileprivate func describe(_ storage: inout JSONWriter) {
    storage.member("databaseBytes", databaseBytes ?? 0)
    if !isFile { return }
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
