// Money: whole rupiah, the smallest amount of the currency that can be charged.
//
// Xendit cuts decimals of an IDR amount off silently, so a fraction of a rupiah must not exist.

/// An amount of Indonesian rupiah, signed. Its arithmetic throws where it would overflow.
public struct Money: Comparable, Hashable, Sendable {
  /// ISO 4217.
  public static let currency = "IDR"
  public static let zero = Money(rupiah: 0)

  public let rupiah: Int64

  public init(rupiah: Int64) {
    self.rupiah = rupiah
  }

  public static func < (left: Money, right: Money) -> Bool {
    left.rupiah < right.rupiah
  }

  /// - Throws: `Invalid` if the sum cannot be represented.
  public func adding(_ other: Money) throws(Invalid) -> Money {
    let (sum, overflow) = rupiah.addingReportingOverflow(other.rupiah)
    guard !overflow else { throw Invalid("is more money than can be counted") }
    return Money(rupiah: sum)
  }

  /// With two decimals, as balances and transactions show it: `"50000.00"`.
  public var decimal: String { "\(rupiah).00" }

  /// Without decimals, as top-ups show it: `"50000"`.
  public var whole: String { String(rupiah) }
}
