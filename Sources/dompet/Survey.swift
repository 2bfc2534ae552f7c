// The first reading of a file of users: everything that is wrong with it, before anything is
// written.

import Domain
import Ledger
import Service
import Storage

/// What is in a file of users.
struct ImportCounts: CustomStringConvertible {
  var users = 0
  /// Of those, how many had been imported before.
  var known = 0
  var balance = Money.zero

  var new: Int { users - known }
  var description: String { "\(new) users imported, \(known) had been before" }
}

struct Survey {
  /// Users in a file; their names are remembered, in some 100 bytes each.
  private static let usersMax = 1_000_000
  /// Faults that are told; the others are counted.
  private static let faultsMax = 100
  /// Users that are looked up on one snapshot, and imported in one transaction.
  static let batchUsers = 200

  private(set) var counts = ImportCounts()
  private(set) var faults = 0

  private var file: ImportFile
  private let database: any Database
  /// On which line a name stands. Only hashes are kept, seeded anew at each start: that two of a
  /// million names share one happens once in thirty million files.
  private var lines: [Int: Int32] = [:]
  private var batch: [(line: Int, newcomer: Newcomer)] = []

  init(of file: ImportFile, in database: any Database) {
    self.file = file
    self.database = database
  }

  mutating func run() throws(ImportFile.Mistake) {
    while let line = try file.next() {
      for fault in line.faults { found(fault, on: line.number) }
      guard let newcomer = line.newcomer else { continue }
      try count(newcomer, on: line.number)
      batch.append((line.number, newcomer))
      if batch.count == Survey.batchUsers { try lookUp() }
    }
    try lookUp()
    if faults > Survey.faultsMax {
      Terminal.error("… and \(faults - Survey.faultsMax) more")
    }
  }

  private mutating func count(
    _ newcomer: Newcomer, on line: Int
  ) throws(ImportFile.Mistake) {
    counts.users += 1
    guard counts.users <= Survey.usersMax else {
      throw ImportFile.Mistake(
        text: "The file has more than \(Survey.usersMax) users. Import it in parts.")
    }
    if counts.users % 10_000 == 0 { Terminal.error("… \(counts.users) checked") }
    remember("e-mail address", newcomer.email.hashValue, on: line)
    remember("user name", newcomer.username.hashValue, on: line)
    guard let sum = try? counts.balance.adding(newcomer.balance) else {
      return found("the balances are more money than can be counted", on: line)
    }
    counts.balance = sum
  }

  private mutating func remember(_ what: String, _ hash: Int, on line: Int) {
    if let first = lines[hash] {
      found("the \(what) stands in line \(first) already", on: line)
    } else {
      lines[hash] = Int32(clamping: line)
    }
  }

  /// Holds the batch against who is there already.
  private mutating func lookUp() throws(ImportFile.Mistake) {
    let known: [Result<Bool, ImportFile.Mistake>]
    do throws(Refusal) {
      known = try database.read { db throws(Refusal) in try look(in: db) }
    } catch {
      throw ImportFile.Mistake(text: "the database cannot be read: \(error)")
    }
    for (user, result) in zip(batch, known) {
      switch result {
      case .success(let isDone): counts.known += isDone ? 1 : 0
      case .failure(let fault): found(fault.text, on: user.line)
      }
    }
    batch.removeAll(keepingCapacity: true)
  }

  private func look(
    in db: any Connection
  ) throws(Refusal) -> [Result<Bool, ImportFile.Mistake>] {
    var results: [Result<Bool, ImportFile.Mistake>] = []
    for (_, newcomer) in batch {
      do throws(Refusal) {
        results.append(.success(try Imports.isDone(newcomer, in: db)))
      } catch {
        guard case .conflict(let detail) = error else { throw error }
        results.append(.failure(ImportFile.Mistake(text: detail)))
      }
    }
    return results
  }

  private mutating func found(_ fault: String, on line: Int) {
    faults += 1
    if faults <= Survey.faultsMax { Terminal.error("line \(line): \(fault)") }
  }
}
