// Who is asking: the access token (RFC 6750), and the session and user behind it.

import Crypto
import Domain
import FastCGI
import Ledger
import Storage

/// Who is asking.
public struct Caller: Sendable {
  public let userID: Identifier
  public let sessionID: Identifier
}

/// Checks bearers. A token alone is not enough: its session must live and its user be active, so
/// that an end is felt at once, not when the token runs out.
public struct Bearer: Sendable {
  private let keys: JWTKeys
  private let service: Service
  private let knownTokens = KnownTokens()

  public init(keys: JWTKeys, service: Service) {
    self.keys = keys
    self.service = service
  }

  /// Who is asking.
  public func caller(of request: borrowing Request) throws(Refusal) -> Caller {
    try glance(request) { caller, now, db throws(Refusal) in
      let isAlive = try Sessions.isAlive(caller.sessionID, of: caller.userID, at: now, in: db)
      return isAlive ? caller : nil
    }
  }

  /// Runs `body`, which is one statement, for whom a token names. It has still to look whether the
  /// session lives and its user is active, and gives nil if not: then nobody is asking.
  public func glance<T>(
    _ request: borrowing Request,
    _ body: (Caller, Timestamp, any Connection) throws(Refusal) -> T?
  ) throws(Refusal) -> T {
    let now = service.world.now()
    let caller = try claimed(by: request, at: now)
    let found = try service.database.glance { db throws(Refusal) in try body(caller, now, db) }
    guard let found else { throw refusal }
    request.context.userID = caller.userID.text
    return found
  }

  /// Runs `body` for who is asking, on the snapshot that proved it.
  public func read<T>(
    _ request: borrowing Request,
    _ body: (Caller, any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    let now = service.world.now()
    let caller = try claimed(by: request, at: now)
    return try service.database.read { db throws(Refusal) in
      guard try Sessions.isAlive(caller.sessionID, of: caller.userID, at: now, in: db) else {
        throw refusal
      }
      request.context.userID = caller.userID.text
      return try body(caller, db)
    }
  }

  /// Whom the request's token names, if it is one of ours and in force.
  private func claimed(
    by request: borrowing Request, at now: Timestamp
  ) throws(Refusal) -> Caller {
    guard let authorization = request.onlyParameter("HTTP_AUTHORIZATION"),
      let token = token(in: authorization),
      let known = knownTokens.token(token, or: verified(token, at: now)),
      known.claims.isInForce(at: now)
    else { throw refusal }
    return known.caller
  }

  private func verified(_ token: String, at now: Timestamp) -> KnownToken? {
    guard let claims = keys.verify(token, at: now), let user = Identifier(claims.subject),
      let session = Identifier(claims.sessionID)
    else { return nil }
    return KnownToken(claims: claims, caller: Caller(userID: user, sessionID: session))
  }

  /// What follows `Bearer ` (RFC 9110, section 11.1: the scheme's case does not matter). All of it
  /// is ASCII (RFC 6750, section 2.1): to Swift, U+212A is equal to the K that it looks like.
  private func token(in authorization: String) -> String? {
    let (text, scheme) = (authorization.utf8.span, "bearer ".utf8.span)
    guard text.count > scheme.count, text.indices.allSatisfy({ text[$0] < 0x80 }),
      scheme.indices.allSatisfy({ text[$0] | 0x20 == scheme[$0] })
    else { return nil }
    return String(authorization.utf8.dropFirst(scheme.count))
  }

  private var refusal: Refusal { .unauthorized(detail: "A valid access token is required.") }
}
