// A file of users from elsewhere: CSV, a header line with the names of all columns in any order,
// and a record for each user.

import Domain
import Ledger
import Passwords

/// Reads users, a line at a time.
struct ImportFile {
  /// Why nothing of the file can be used, for the person who gave it.
  struct Mistake: Error {
    let text: String
  }

  /// A record: a user, or what is wrong with it.
  struct Line {
    /// On which it begins.
    let number: Int
    let newcomer: Newcomer?
    let faults: [String]
  }

  private enum Column: String, CaseIterable {
    case email, username, name, role, balance
    case passwordHash = "password_hash"
    case isActive = "is_active"
    case createdAt = "created_at"
  }

  private let path: String
  private let bytes: FileBytes
  private let now: Timestamp
  private var reader: CSVReader
  private var order: [Column] = []

  /// - Parameter now: nobody has registered later.
  init(path: String, now: Timestamp) throws(Mistake) {
    do throws(FileBytes.Failure) {
      bytes = try FileBytes(path: path)
    } catch {
      throw Mistake(text: "\(path.printable) cannot be read: \(error.reason).")
    }
    (self.path, self.now, reader) = (path, now, CSVReader(bytes))
    try rewind()
  }

  /// Begins anew.
  mutating func rewind() throws(Mistake) {
    do throws(FileBytes.Failure) {
      try bytes.rewind()
    } catch {
      throw Mistake(
        text: "\(path.printable) is read twice: \(error.reason). Give a file, no pipe.")
    }
    reader = CSVReader(bytes)
    order = try readHeader()
  }

  /// The next user; nil at the end of the file.
  mutating func next() throws(Mistake) -> Line? {
    guard let record = try nextRecord() else { return nil }
    if let fault = record.fault {
      return Line(number: record.line, newcomer: nil, faults: [fault])
    }
    guard record.fields.count == order.count else {
      let fault = "has \(record.fields.count) fields, the header has \(order.count)"
      return Line(number: record.line, newcomer: nil, faults: [fault])
    }
    return read(record)
  }

  private mutating func readHeader() throws(Mistake) -> [Column] {
    let names = Column.allCases.map(\.rawValue)
    guard let header = try nextRecord(), header.fault == nil,
      header.fields.count == names.count, Set(header.fields) == Set(names)
    else {
      throw Mistake(
        text: "\(path.printable), line 1: must name the columns, each once, in any order: "
          + names.joined(separator: ","))
    }
    return header.fields.compactMap(Column.init(rawValue:))
  }

  private mutating func nextRecord() throws(Mistake) -> CSVReader.Record? {
    do throws(CSVReader.Failure) {
      return try reader.next()
    } catch {
      switch error {
      case .unreadable(let failure):
        throw Mistake(text: "\(path.printable) cannot be read: \(failure.reason).")
      case .tooLong(let line):
        throw Mistake(
          text: """
            \(path.printable), line \(line): the record that begins here is longer than \
            \(CSVReader.recordBytesMax) bytes. Perhaps a quote is not closed.
            """)
      }
    }
  }

  /// All that is wrong with a record at once.
  private func read(_ record: CSVReader.Record) -> Line {
    var faults: [String] = []
    func value<T>(_ column: Column, _ parse: (String) throws(Invalid) -> T) -> T? {
      let text = zip(order, record.fields).first { $0.0 == column }?.1 ?? ""
      do throws(Invalid) {
        return try parse(text)
      } catch {
        faults.append("\(column.rawValue) \(error.detail)")
        return nil
      }
    }
    let email = value(.email, Email.init)
    let username = value(.username, Username.init)
    let name = value(.name, PersonName.parse)
    let hash = value(.passwordHash, ImportFile.hash)
    let role = value(.role, ImportFile.role)
    let isActive = value(.isActive, ImportFile.flag)
    let balance = value(.balance, ImportFile.balance)
    let createdAt = value(.createdAt) { text throws(Invalid) in try time(text) }
    guard let email, let username, let name, let hash, let role, let isActive, let balance,
      let createdAt
    else { return Line(number: record.line, newcomer: nil, faults: faults) }
    let newcomer = Newcomer(
      email: email, username: username, name: name, passwordHash: hash, role: role,
      isActive: isActive, balance: balance, createdAt: createdAt)
    return Line(number: record.line, newcomer: newcomer, faults: [])
  }
}

// What the columns hold, as PostgreSQL's COPY writes it.
extension ImportFile {
  private static func hash(_ text: String) throws(Invalid) -> String {
    guard Passwords.accepts(text) else {
      throw Invalid("must be bcrypt ($2a$, $2b$ or $2y$, cost 4 to 14) or argon2id")
    }
    return text
  }

  private static func role(_ text: String) throws(Invalid) -> Role {
    guard let role = Role(rawValue: text) else { throw Invalid("must be USER or ADMIN") }
    return role
  }

  private static func flag(_ text: String) throws(Invalid) -> Bool {
    switch text {
    case "t", "true", "1": return true
    case "f", "false", "0": return false
    default: throw Invalid("must be t, true, 1, f, false or 0")
    }
  }

  /// Decimals are read only if they are zeros: a fraction of a rupiah cannot be kept, and must not
  /// be lost in silence.
  private static func balance(_ text: String) throws(Invalid) -> Money {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? parts[1] : "0"
    guard !decimals.isEmpty, decimals.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }),
      let money = try? Money(String(parts.first ?? "")), money >= .zero
    else {
      throw Invalid("must be whole rupiah, zero or more, such as 50000 or 50000.00")
    }
    return money
  }

  /// With an offset, which may be hours only; without one it is UTC.
  private func time(_ text: String) throws(Invalid) -> Timestamp {
    let readings = [text, text + ":00", text + "Z"]
    guard let time = readings.lazy.compactMap({ Timestamp(rfc3339: $0) }).first else {
      throw Invalid("must be a date and time such as 2026-06-14 09:30:00+00")
    }
    guard time <= now else { throw Invalid("lies in the future") }
    return time
  }
}
