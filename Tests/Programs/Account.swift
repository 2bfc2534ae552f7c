// Users and top-ups that are in the database already, so that a test need not wait for a password
// to be hashed.

import Crypto
import Domain
import Foundation

/// A user who is there already, with a live session.
public struct Account: Sendable {
  /// Of every account's hash.
  public static let password = "correct horse battery"
  public static let argon2Hash =
    "$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
    + "cDtm0GHgMrI7n/5Ah8aDOcx4YgJ/geJqc4eVUcXYnrg"
  public static let bcryptHash = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS"

  public let id = UUID().uuidString.lowercased()
  public let walletID = UUID().uuidString.lowercased()
  public let sessionID = UUID().uuidString.lowercased()
  public let username: String
  /// Of the session: 16 bytes that all of its refresh tokens begin with, and 32 more.
  public let refreshToken = Base64URL.encode((0..<48).map { _ in UInt8.random(in: 0...255) })

  /// Somebody whom no database knows yet.
  public init(username: String) {
    self.username = username
  }

  var refreshDigest: String { Hex.encode(SHA256.hash(Array(refreshToken.utf8))) }
  var familyDigest: String {
    Hex.encode(SHA256.hash(Array((Base64URL.decode(refreshToken) ?? []).prefix(16))))
  }

  public var bearer: (String, String) { ("Authorization", "Bearer \(token())") }

  /// An access token as dompet-auth would sign it.
  public func token(
    secret: String = Site.jwtSecret, sessionID: String? = nil, issuedSecondsAgo: Int64 = 10,
    lifetimeSeconds: Int64 = 900
  ) -> String {
    guard let key = try? JWTSecret(secret) else { return "" }
    let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970) * 1_000_000)
    let issued = now.adding(seconds: -issuedSecondsAgo)
    return JWTKeys(current: key, previous: nil).sign(
      AccessClaims(
        subject: id, username: username, role: "USER", sessionID: sessionID ?? self.sessionID,
        issuedAt: issued, expiresAt: issued.adding(seconds: lifetimeSeconds),
        tokenID: UUID().uuidString.lowercased()))
  }

  /// The wallet's balance in whole rupiah.
  public func balance(in site: Site) throws -> Int {
    try site.number("SELECT balance FROM wallets WHERE id = '\(walletID)'")
  }
}

extension Site {
  /// Puts a user, a wallet and a session into the database; a program must have made the tables.
  public func makeAccount(
    _ username: String = "budi.santoso", passwordHash: String = Account.argon2Hash
  ) throws -> Account {
    let account = Account(username: username)
    let now = Int(Date().timeIntervalSince1970) * 1_000_000
    try sql(
      """
      BEGIN;
      INSERT INTO users (id, email, username, password_hash, created_at, updated_at)
      VALUES ('\(account.id)', '\(username)@example.com', '\(username)', '\(passwordHash)',
        \(now), \(now));
      INSERT INTO wallets (id, user_id, currency, head, created_at, updated_at)
      VALUES ('\(account.walletID)', '\(account.id)', 'IDR', zeroblob(32), \(now), \(now));
      INSERT INTO sessions (id, user_id, family_digest, refresh_digests, created_at, last_used_at,
        expires_at)
      VALUES ('\(account.sessionID)', '\(account.id)', x'\(account.familyDigest)',
        x'\(account.refreshDigest)', \(now), \(now), \(now + 3_600_000_000));
      COMMIT;
      """)
    return account
  }

  /// Puts a top-up of 50000 into the database.
  /// - Parameter invoiceID: nil for one whose invoice is not known.
  public func makeTopUp(
    of account: Account, reference: String = TopUpSample.reference,
    invoiceID: String? = TopUpSample.invoiceID, status: String = "PENDING", key: String? = nil,
    createdAt: Int64 = 1
  ) throws {
    let invoice = invoiceID.map { "'\($0)', 'https://pay.example/\($0)'" } ?? "NULL, NULL"
    try sql(
      """
      INSERT INTO wallet_top_ups (id, user_id, wallet_id, reference, idempotency_key, amount,
        currency, status, invoice_id, invoice_url, created_at, updated_at)
      VALUES ('\(UUID().uuidString.lowercased())', '\(account.id)', '\(account.walletID)',
        '\(reference)', \(key.map { "'\($0)'" } ?? "NULL"), 50000, 'IDR', '\(status)',
        \(invoice), \(createdAt), \(createdAt))
      """)
  }
}

/// The top-up that most tests are about.
public enum TopUpSample {
  public static let reference = "WTU-20260614-A3F9C2B1D4E7F8A2"
  public static let invoiceID = "6748105a77f16ebe0cc583a7"
}
