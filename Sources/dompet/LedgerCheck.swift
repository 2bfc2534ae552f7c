// A copy of a ledger, held against its invariants as `dompet verify` does it, and what is told
// meanwhile to whoever waits.

import Crypto
import Domain
import Ledger
import Service
import Storage

enum LedgerCheck {
  /// Checks the whole copy, of which nothing is changed.
  /// - Parameter heads: gets where each chain ends.
  /// - Returns: how many wallets it has.
  /// - Throws: with the findings.
  static func run(
    on copy: String, heads: HeadsFile? = nil, comparing printOut: PrintOut? = nil,
    _ progress: Progress
  ) throws(Trouble) -> Int {
    var findings: [String] = []
    var audit = Audit(
      report: { findings.append($0.description) },
      progress: { step, rows in progress.checked(step.rawValue, rows) },
      head: { heads?.add($0) })
    let mistake = try Trouble.with("its check") { () throws(Refusal) in
      try SQLiteCopy.read(copy) { db throws(Refusal) in
        try audit.run(in: db)
        guard let printOut else { return nil as PrintOut.Mistake? }
        return try audit.compare(with: printOut, in: db)
      }
    }
    if let mistake { throw Trouble(text: mistake.text) }
    guard findings.isEmpty else {
      let first = findings.prefix(10).joined(separator: "\n  ")
      throw Trouble(
        text: "\(findings.count) findings in it, as dompet verify reports them:\n  \(first)")
    }
    return audit.counts.wallets
  }
}

extension Audit {
  /// Holds the ledger against a whole earlier print-out.
  /// - Returns: a mistake in the print-out, if it is none.
  mutating func compare(
    with printOut: PrintOut, in db: any Connection
  ) throws(Refusal) -> PrintOut.Mistake? {
    var printOut = printOut
    while true {
      let head: Head?
      do throws(PrintOut.Mistake) {
        head = try printOut.next()
      } catch {
        return error
      }
      guard let head else { return nil }
      try compare(with: head, in: db)
    }
  }
}

/// A file of heads that is being written, as `dompet verify --print-heads` would.
final class HeadsFile {
  private var file: NewFile
  private var hash = SHA256()
  private var count = 0
  private var failure: FileFailure?

  init(_ path: String, mode: UInt32) throws(Trouble) {
    do throws(FileFailure) {
      file = try NewFile(path, mode: mode)
    } catch {
      throw Trouble(text: error.description)
    }
  }

  /// Should it fail, `finish` tells.
  func add(_ head: Head) {
    count += 1
    write(head.line)
  }

  /// - Returns: the file's digest, once it is durable.
  func finish() throws(Trouble) -> String {
    write(PrintOut.lastLine(wallets: count))
    do throws(FileFailure) {
      if let failure { throw failure }
      try file.sync()
    } catch {
      throw Trouble(text: error.description)
    }
    return Hex.encode(hash.finish())
  }

  private func write(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    hash.update(bytes)
    do throws(FileFailure) {
      try file.write(bytes)
    } catch {
      failure = error
    }
  }
}

/// What a long run says on standard error; a short one says nothing.
final class Progress {
  private static let pagesBetween = 65_536
  private var told = 0

  func copied(_ pages: Int, of all: Int) {
    guard pages - told >= Progress.pagesBetween else { return }
    told = pages
    Terminal.error("… copied \(pages * 100 / all) %")
  }

  func checked(_ step: String, _ rows: Int) {
    guard told > 0 else { return }
    Terminal.error(rows == 0 ? "… \(step)" : "  \(rows) rows")
  }
}
