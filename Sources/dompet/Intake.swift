// The second reading of a file of users: they are written, a batch in each transaction, so that the
// programs go on meanwhile and a file that was broken off can be gone on with.

import Domain
import Ledger
import Service
import Storage

struct Intake {
  private struct Candidate: Sendable {
    let line: Int
    let newcomer: Newcomer
    let user = Identifier.make(in: .real)
    let wallet = Identifier.make(in: .real)
  }

  private var file: ImportFile
  private let decision: Decision
  private let database: any Database
  private var counts = ImportCounts()

  init(of file: ImportFile, _ decision: Decision, into database: any Database) {
    self.file = file
    self.decision = decision
    self.database = database
  }

  /// - Throws: why it ended before the file did. What is written stays.
  consuming func run() throws(ImportFile.Mistake) -> ImportCounts {
    try file.rewind()
    var batch: [Candidate] = []
    while let line = try file.next() {
      guard let newcomer = line.newcomer else {
        throw broken(
          "The file changed. Line \(line.number): \(line.faults.joined(separator: "; ")).")
      }
      batch.append(Candidate(line: line.number, newcomer: newcomer))
      if batch.count == Survey.batchUsers {
        try write(batch)
        batch.removeAll(keepingCapacity: true)
      }
    }
    try write(batch)
    return counts
  }

  private mutating func write(_ batch: [Candidate]) throws(ImportFile.Mistake) {
    let (decision, now) = (decision, World.real.now())
    do throws(Refusal) {
      counts.known += try database.write { db throws(Refusal) in
        try Intake.add(batch, decision, at: now, in: db)
      }
    } catch {
      switch error {
      case .conflict(let detail): throw broken(detail)
      case .busy(let evidence): throw broken("The database is busy: \(evidence).")
      default: throw broken("\(error)")
      }
    }
    let before = counts.users
    counts.users += batch.count
    if counts.users / 10_000 > before / 10_000 {
      Terminal.error("… \(counts.users) imported")
    }
  }

  private func broken(_ reason: String) -> ImportFile.Mistake {
    ImportFile.Mistake(
      text: "\(reason)\nBroken off after \(counts.users) users, which stay. Mend it and import the "
        + "same file: it goes on there.")
  }

  /// - Returns: how many had been imported before.
  @Sendable
  private static func add(
    _ batch: [Candidate], _ decision: Decision, at now: Timestamp, in db: any Connection
  ) throws(Refusal) -> Int {
    var known = 0
    for one in batch {
      do throws(Refusal) {
        let isNew = try Imports.add(
          one.newcomer, as: one.user, wallet: one.wallet, decision, at: now, in: db)
        known += isNew ? 0 : 1
      } catch {
        guard case .conflict(let detail) = error else { throw error }
        throw .conflict(detail: "line \(one.line): \(detail).")
      }
    }
    return known
  }
}
