// The names of operations that people read to one another: `WTU-20260614-A3F9C2B1D4E7F8A2`.

/// Our name for a transfer, in both wallets' histories: `TRF-YYYYMMDD-` and 16 hexadecimal digits.
public struct TransferReference: Hashable, Sendable {
  public let text: String

  /// A new one: today's date in UTC, and 64 random bits.
  public static func make(in world: World) -> TransferReference {
    TransferReference(text: datedReference("TRF", in: world))
  }
}

/// A prefix, today's date in UTC, and 64 random bits.
func datedReference(_ prefix: String, in world: World) -> String {
  let date = world.now().rfc3339.utf8.filter { (48...57).contains($0) }.prefix(8)
  let random = world.randomBytes(8).map { $0.hex(uppercase: true) }.joined()
  return "\(prefix)-\(String(decoding: date, as: UTF8.self))-\(random)"
}
