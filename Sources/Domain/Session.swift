// A login that lasts, how long, and which of its refresh tokens are good.

/// A session as its user sees it.
public struct Session: Equatable, Sendable {
  public let id: Identifier
  public let userID: Identifier
  public let userAgent: String?
  public let ipAddress: String?
  public let createdAt: Timestamp
  /// The last login or refresh.
  public let lastUsedAt: Timestamp
  /// When it ends by itself, unless it is used before.
  public let expiresAt: Timestamp

  public init(
    id: Identifier, userID: Identifier, userAgent: String?, ipAddress: String?,
    createdAt: Timestamp, lastUsedAt: Timestamp, expiresAt: Timestamp
  ) {
    self.id = id
    self.userID = userID
    self.userAgent = userAgent
    self.ipAddress = ipAddress
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
    self.expiresAt = expiresAt
  }
}

/// When sessions end by themselves.
public struct SessionLifetime: Equatable, Sendable {
  /// Without a refresh, after so long.
  public let idleSeconds: Int64
  /// In any case, so long after the login.
  public let wholeSeconds: Int64

  public init(idleSeconds: Int64, wholeSeconds: Int64) {
    self.idleSeconds = idleSeconds
    self.wholeSeconds = wholeSeconds
  }

  /// The sooner of the two ends.
  public func end(createdAt: Timestamp, lastUsedAt: Timestamp) -> Timestamp {
    min(createdAt.adding(seconds: wholeSeconds), lastUsedAt.adding(seconds: idleSeconds))
  }
}

/// Which refresh tokens of a session are good, told by their digests.
///
/// A token is good for one refresh, which makes its successor. A client that lost the answer, or
/// that refreshed twice at once, shows the same token again: for 10 s it gets another successor, a
/// sibling of the first. The sibling that is used next goes on, whichever it is, and all of them
/// are then the predecessors. A token that is older, or comes later, is in two hands.
public struct RefreshChain: Equatable, Sendable {
  /// For so long a predecessor is taken again.
  public static let repeatSeconds: Int64 = 10
  /// So many siblings are remembered, the youngest.
  public static let siblingsMax = 64

  public private(set) var current: [[UInt8]]
  public private(set) var previous: [[UInt8]]
  public private(set) var rotatedAt: Timestamp?

  public init(current: [[UInt8]], previous: [[UInt8]] = [], rotatedAt: Timestamp? = nil) {
    self.current = current
    self.previous = previous
    self.rotatedAt = rotatedAt
  }

  /// Exchanges a token for its successor.
  /// - Returns: false, and nothing changes, if the token was used before and is not tolerated.
  public mutating func rotate(
    _ used: [UInt8], to successor: [UInt8], at now: Timestamp
  ) -> Bool {
    if current.contains(used) {
      previous = current
      current = [successor]
      rotatedAt = now
      return true
    }
    guard previous.contains(used), let rotatedAt,
      now <= rotatedAt.adding(seconds: RefreshChain.repeatSeconds)
    else { return false }
    current = (current + [successor]).suffix(RefreshChain.siblingsMax)
    return true
  }
}
