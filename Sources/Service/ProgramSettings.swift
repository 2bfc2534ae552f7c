// The settings that one program alone has. They stand together, so that the operator's tool reads
// them just as the programs do.

import Domain

extension Configuration {
  /// All settings that are no secrets.
  public static let names: Set = [
    "DATABASE_URL", "WORKER_THREADS", "LOG_LEVEL", "JWT_ACCESS_EXPIRES_IN",
    "SESSION_IDLE_SECONDS", "SESSION_LIFETIME_SECONDS", "XENDIT_BASE_URL",
    "XENDIT_INVOICE_DURATION", "TOP_UP_MINIMUM", "TOP_UP_MAXIMUM", "TRANSFER_MAXIMUM",
    "TRANSFER_DAILY_MAXIMUM", "SUCCESS_REDIRECT_URL", "FAILURE_REDIRECT_URL", "CONFIRM_ABOVE",
    "BACKUP_DIRECTORY",
  ]

  /// All secrets.
  public static let secretNames = [
    "JWT_ACCESS_SECRET", "JWT_ACCESS_SECRET_PREVIOUS", "XENDIT_SECRET_KEY",
    "XENDIT_WEBHOOK_TOKEN", "XENDIT_WEBHOOK_TOKEN_PREVIOUS",
  ]

  /// JWT_ACCESS_EXPIRES_IN: how long an access token is good, in seconds.
  public mutating func accessLifetimeSeconds() -> Int64? {
    number("JWT_ACCESS_EXPIRES_IN", or: 900, in: 1...86_400)
  }

  /// SESSION_IDLE_SECONDS and SESSION_LIFETIME_SECONDS.
  public mutating func sessionLifetime() -> SessionLifetime? {
    let range: ClosedRange<Int64> = 60...31_536_000
    let idle = number("SESSION_IDLE_SECONDS", or: 1_209_600, in: range)
    let whole = number("SESSION_LIFETIME_SECONDS", or: 2_592_000, in: range)
    guard let idle, let whole else { return nil }
    return SessionLifetime(idleSeconds: idle, wholeSeconds: whole)
  }

  /// TRANSFER_MAXIMUM and TRANSFER_DAILY_MAXIMUM, in rupiah.
  public mutating func transferLimits() -> TransferLimits? {
    let range = Int64(1)...1_000_000_000_000
    let single = number("TRANSFER_MAXIMUM", or: 1_000_000_000, in: range)
    let daily = number("TRANSFER_DAILY_MAXIMUM", or: 10_000_000_000, in: range)
    guard let single, let daily else { return nil }
    guard single <= daily else {
      return note("TRANSFER_MAXIMUM exceeds TRANSFER_DAILY_MAXIMUM.")
    }
    return TransferLimits(single: Money(rupiah: single), daily: Money(rupiah: daily))
  }

  /// TOP_UP_MINIMUM and TOP_UP_MAXIMUM, in rupiah.
  public mutating func topUpLimits() -> TopUpLimits? {
    let range = Int64(1)...1_000_000_000_000
    let minimum = number("TOP_UP_MINIMUM", or: 1000, in: range)
    let maximum = number("TOP_UP_MAXIMUM", or: 1_000_000_000, in: range)
    guard let minimum, let maximum else { return nil }
    guard minimum <= maximum else { return note("TOP_UP_MINIMUM exceeds TOP_UP_MAXIMUM.") }
    return TopUpLimits(minimum: Money(rupiah: minimum), maximum: Money(rupiah: maximum))
  }

  /// CONFIRM_ABOVE in rupiah; `.some(nil)` if it is not set.
  public mutating func confirmAbove() -> Money?? {
    parsed(
      "CONFIRM_ABOVE", or: "",
      { text -> Money?? in
        if text.isEmpty { return .some(nil) }
        return (try? Money(text)).flatMap { $0 >= .zero ? .some($0) : nil }
      }, expected: "whole rupiah, digits only")
  }
}
