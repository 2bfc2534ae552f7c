// What a client needs to use a database that was filled: sessions and their tokens, a password,
// and what the provider would name in its events.

import Crypto
import Domain
import Glibc
import Ledger
import Passwords
import Storage

/// For so long the sessions and the tokens are good: a database can be kept and used again.
private let lifetimeSeconds: Int64 = 30 * 86_400

/// Users and references come in an order made by lot, as requests do: neighbours in time are not
/// neighbours in the tables.
struct HandOut {
  private let database: SQLiteDatabase
  private let keys: JWTKeys
  private let passwordHash: String
  private let now: Timestamp

  /// - Parameter secret: JWT_ACCESS_SECRET of the programs that will be asked.
  init(_ database: SQLiteDatabase, secret: JWTSecret, password: String) throws {
    self.database = database
    keys = JWTKeys(current: secret, previous: nil)
    now = currentTime()
    passwordHash = try Passwords(workers: 4).hash(
      Array(password.utf8), salt: world(at: now).randomBytes(Passwords.saltBytes))
  }

  /// Begins a session for each of so many users, or of all, if there are fewer, and sets their
  /// password; writes the tokens and the names.
  func logIn(_ count: Int, tokens: String, usernames: String) throws {
    let people = try database.read { db throws(Refusal) in
      try db.query(
        """
        SELECT id, username, password_hash FROM users
        WHERE username LIKE 'seed%' ORDER BY random() LIMIT $1
        """, [.integer(Int64(count))]
      ) { row throws(Refusal) in
        guard let id = Identifier(try row.text(0)) else {
          throw .broken(evidence: "a user's id is no UUID")
        }
        return Person(id: id, username: try row.text(1), passwordHash: try row.text(2))
      }
    }
    let (tokenFile, nameFile) = (try NewText(tokens), try NewText(usernames))
    for batch in batches(people.count) {
      let sessions = batch.map { session(of: people[$0]) }
      try patiently(database) { db throws(Refusal) in
        for (number, session) in zip(batch, sessions) {
          try begin(session, of: people[number], in: db)
        }
      }
      for (number, session) in zip(batch, sessions) {
        try tokenFile.add(token(of: people[number], session))
        try nameFile.add(people[number].username)
      }
    }
    try tokenFile.finish()
    try nameFile.finish()
  }

  /// Writes what can be paid.
  func writeReferences(_ path: String) throws {
    let lines = try database.read { db throws(Refusal) in
      try db.query(
        """
        SELECT reference, amount, invoice_id FROM wallet_top_ups
        WHERE status = 'PENDING' AND invoice_id IS NOT NULL
        """, []
      ) { row throws(Refusal) in
        "\(try row.text(0)) \(try row.integer(1)) \(try row.text(2))"
      }
    }
    let file = try NewText(path)
    for line in lines.shuffled() { try file.add(line) }
    try file.finish()
  }

  private func session(of person: Person) -> Session {
    Session(
      id: .make(in: world(at: now)), userID: person.id, userAgent: "ledger-seed",
      ipAddress: "127.0.0.1", createdAt: now, lastUsedAt: now,
      expiresAt: now.adding(seconds: lifetimeSeconds))
  }

  private func begin(
    _ session: Session, of person: Person, in db: any Connection
  ) throws(Refusal) {
    try Users.rehash(person.id, from: person.passwordHash, to: passwordHash, in: db)
    let token = RefreshToken.make(in: world(at: now))
    guard try Sessions.insert(session, token, verifiedBy: passwordHash, in: db) else {
      throw .broken(evidence: "\(person.username) cannot log in")
    }
  }

  private func token(of person: Person, _ session: Session) -> String {
    keys.sign(
      AccessClaims(
        subject: person.id.text, username: person.username, role: Role.user.rawValue,
        sessionID: session.id.text, issuedAt: now,
        expiresAt: now.adding(seconds: lifetimeSeconds),
        tokenID: Identifier.make(in: world(at: now)).text))
  }
}

private struct Person: Sendable {
  let id: Identifier
  let username: String
  let passwordHash: String
}

/// A new text file, which only its owner may read: it holds tokens.
private struct NewText {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let path: String
  private let file: UnsafeMutablePointer<FILE>

  init(_ path: String) throws {
    self.path = path
    umask(0o077)
    guard let file = fopen(path, "w") else {
      throw Failure(description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    self.file = file
  }

  func add(_ line: String) throws {
    guard fputs(line + "\n", file) >= 0 else { throw failure }
  }

  func finish() throws {
    guard fclose(file) == 0 else { throw failure }
  }

  private var failure: Failure {
    Failure(description: "\(path): \(String(cString: strerror(errno)))")
  }
}
