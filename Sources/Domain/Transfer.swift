// Money from one user to another.

/// What a user asks for.
public struct TransferOrder: Equatable, Sendable {
  /// The user who pays.
  public let from: Identifier
  public let to: Username
  /// More than nothing.
  public let amount: Money
  public let text: TransferText?
  public let key: IdempotencyKey

  public init(
    from: Identifier, to: Username, amount: Money, text: TransferText?, key: IdempotencyKey
  ) {
    self.from = from
    self.to = to
    self.amount = amount
    self.text = text
    self.key = key
  }
}

/// What the sender has to say about it: 1 to 140 characters, none of them a control character.
/// Both sides see it.
public struct TransferText: Hashable, Sendable {
  public let text: String

  /// Nil if `raw` is blank; else as sent.
  public static func parse(_ raw: String) throws(Invalid) -> TransferText? {
    if raw.trimmed.isEmpty { return nil }
    guard raw.unicodeScalars.count <= 140 else {
      throw Invalid("must be at most 140 characters long")
    }
    guard !raw.unicodeScalars.contains(where: \.isControl) else {
      throw Invalid("must not contain control characters")
    }
    return TransferText(text: raw)
  }
}

/// How much a user may send.
public struct TransferLimits: Equatable, Sendable {
  /// With one transfer.
  public let single: Money
  /// On one day of UTC.
  public let daily: Money

  public init(single: Money, daily: Money) {
    self.single = single
    self.daily = daily
  }

  /// What the user will have sent on this day.
  /// - Throws: `.transferRefused` if that is too much, or this transfer is.
  public func add(_ amount: Money, toDay sent: Money) throws(Refusal) -> Money {
    guard amount <= single else {
      throw .transferRefused(detail: "At most \(single.whole) rupiah can be sent at once.")
    }
    guard let sum = try? sent.adding(amount), sum <= daily else {
      throw .transferRefused(
        detail: "At most \(daily.whole) rupiah can be sent on one day (UTC), "
          + "and today it was \(sent.whole).")
    }
    return sum
  }
}
