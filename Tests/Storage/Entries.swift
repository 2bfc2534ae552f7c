// The entries that the storage tests write: two rows each, so that half an entry would show.

import Domain
import Storage

extension Connection {
  func insert(_ number: Int, writer: Int = 0, payload: String = "") throws(Refusal) {
    for half in 1...2 {
      try execute(
        "INSERT INTO entries (writer, number, half, payload) VALUES ($1, $2, $3, $4)",
        [
          .integer(Int64(writer)), .integer(Int64(number)), .integer(Int64(half)), .text(payload),
        ])
    }
  }

  /// Of all writers, in order; halves are not told from wholes.
  func numbers() throws(Refusal) -> [Int] {
    try query("SELECT DISTINCT writer, number FROM entries ORDER BY writer, number", []) {
      row throws(Refusal) in Int(try row.integer(1))
    }
  }

  func halfEntries() throws(Refusal) -> Int {
    try query("SELECT 1 FROM entries GROUP BY writer, number HAVING count(*) <> 2", []) {
      row throws(Refusal) in try row.integer(0)
    }.count
  }
}

extension Database {
  func insert(_ number: Int, writer: Int = 0, payload: String = "") throws(Refusal) {
    try write { connection throws(Refusal) in
      try connection.insert(number, writer: writer, payload: payload)
    }
  }

  func numbers() throws(Refusal) -> [Int] {
    try read { connection throws(Refusal) in try connection.numbers() }
  }

  func halfEntries() throws(Refusal) -> Int {
    try read { connection throws(Refusal) in try connection.halfEntries() }
  }
}

/// The refusal that `body` throws, if it throws one.
func refusal<T>(_ body: () throws(Refusal) -> T) -> Refusal? {
  do throws(Refusal) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

extension Refusal {
  var isBusy: Bool {
    if case .busy = self { true } else { false }
  }

  /// What is kept for the log.
  var evidence: String {
    switch self {
    case .busy(let evidence), .broken(let evidence): evidence
    default: ""
    }
  }

  var isBroken: Bool {
    if case .broken = self { true } else { false }
  }
}
