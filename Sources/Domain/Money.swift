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

  /// From what a person wrote: digits, with `-` before them if it is less than nothing; no
  /// separators, no decimals, no zeros in front.
  public init(_ text: String) throws(Invalid) {
    guard let rupiah = Int64(text), String(rupiah) == text else {
      throw Invalid("must be whole rupiah, digits only, such as 50000 or -50000")
    }
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

  /// The same amount in the other direction.
  /// - Throws: `Invalid` if it cannot be represented.
  public func negated() throws(Invalid) -> Money {
    let (difference, overflow) = Int64(0).subtractingReportingOverflow(rupiah)
    guard !overflow else { throw Invalid("is more money than can be counted") }
    return Money(rupiah: difference)
  }

  /// With two decimals, as balances and transactions show it: `"50000.00"`.
  public var decimal: String { String(rupiah) + ".00" }

  /// Without decimals, as top-ups show it: `"50000"`.
  public var whole: String { String(rupiah) }
}
