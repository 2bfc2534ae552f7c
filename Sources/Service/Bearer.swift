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

  public init(keys: JWTKeys, service: Service) {
    self.keys = keys
    self.service = service
  }

  /// Who is asking.
  public func caller(of request: borrowing Request) throws(Refusal) -> Caller {
    try read(request) { caller, _ throws(Refusal) in caller }
  }

  /// Runs `body` for who is asking, on the snapshot that proved it.
  public func read<T>(
    _ request: borrowing Request,
    _ body: (Caller, any Connection) throws(Refusal) -> T
  ) throws(Refusal) -> T {
    let now = service.world.now()
    guard request.parameterCount("HTTP_AUTHORIZATION") == 1,
      let token = token(in: request.parameter("HTTP_AUTHORIZATION") ?? ""),
      let claims = keys.verify(token, at: now),
      let user = Identifier(claims.subject), let session = Identifier(claims.sessionID)
    else { throw refusal }
    return try service.database.read { db throws(Refusal) in
      guard try Sessions.isAlive(session, of: user, at: now, in: db) else { throw refusal }
      request.context.userID = user.text
      return try body(Caller(userID: user, sessionID: session), db)
    }
  }

  /// What follows `Bearer ` (RFC 9110, section 11.1: the scheme's case does not matter).
  private func token(in authorization: String) -> String? {
    guard authorization.utf8.prefix(7).map({ $0 | 0x20 }).elementsEqual("bearer ".utf8) else {
      return nil
    }
    return String(authorization.utf8.dropFirst(7))
  }

  private var refusal: Refusal { .unauthorized(detail: "A valid access token is required.") }
}
