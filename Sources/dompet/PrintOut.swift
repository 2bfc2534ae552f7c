// A file of heads, as `dompet verify --print-heads` wrote it: a line for each wallet, and a last
// one that says how many there are, so that a print-out that was cut off is not taken for whole.
//
// Somebody may have meddled with it: it is read a line at a time, and nothing is believed.

import Domain
import Ledger

struct PrintOut {
  /// Why it cannot be read as one, for the person who gave it.
  struct Mistake: Error {
    let text: String
  }

  static func lastLine(wallets: Int) -> String { "end \(wallets)" }

  private let path: String
  private let lines: Lines
  private var heads = 0

  init(path: String) throws(Mistake) {
    self.path = path
    do throws(FileBytes.Failure) {
      lines = Lines(bytes: try FileBytes(path: path))
    } catch {
      throw PrintOut.unreadable(path, error)
    }
  }

  /// The next head; nil after the last one.
  mutating func next() throws(Mistake) -> Head? {
    guard let line = try nextLine() else {
      throw mistake("is missing: the last line must be \"end\" and the number of wallets")
    }
    if line == PrintOut.lastLine(wallets: heads) {
      guard try nextLine() == nil else { throw mistake("follows after the end") }
      return nil
    }
    do throws(Invalid) {
      let head = try Head(line: line)
      heads += 1
      return head
    } catch {
      throw mistake(error.detail)
    }
  }

  private func nextLine() throws(Mistake) -> String? {
    do throws(Lines.Failure) {
      return try lines.next()
    } catch {
      switch error {
      case .unreadable(let failure): throw PrintOut.unreadable(path, failure)
      case .noLine: throw mistake("is too long, not text, or cut off")
      }
    }
  }

  private func mistake(_ detail: String) -> Mistake {
    Mistake(
      text: """
        \(path.printable), line \(lines.count): \(detail). Give a file as --print-heads wrote it.
        """)
  }

  private static func unreadable(_ path: String, _ failure: FileBytes.Failure) -> Mistake {
    Mistake(
      text: "\(path.printable) cannot be read: \(failure.reason). "
        + "Give a file that --print-heads wrote.")
  }
}

/// The lines of a file, each held only while it is looked at.
private final class Lines {
  enum Failure: Error {
    case unreadable(FileBytes.Failure)
    /// Longer than any line of ours, without its end, or no UTF-8.
    case noLine
  }

  /// A wallet's id, the largest number and a hash take 121.
  private static let bytesMax = 128

  /// How many lines have been begun.
  private(set) var count = 0

  private let bytes: FileBytes

  init(bytes: FileBytes) {
    self.bytes = bytes
  }

  /// The next line without its end; nil at the end of the file.
  func next() throws(Failure) -> String? {
    count += 1
    var line: [UInt8] = []
    while let byte = try nextByte() {
      if byte == UInt8(ascii: "\n") {
        guard let text = String(validating: line, as: UTF8.self) else { throw .noLine }
        return text
      }
      guard line.count < Lines.bytesMax else { throw .noLine }
      line.append(byte)
    }
    guard line.isEmpty else { throw .noLine }
    return nil
  }

  private func nextByte() throws(Failure) -> UInt8? {
    do throws(FileBytes.Failure) {
      return try bytes.next()
    } catch {
      throw .unreadable(error)
    }
  }
}
