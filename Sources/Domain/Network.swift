// Where a request came from, as far as one customer has it for himself.

/// An IPv4 address, or the /64 of an IPv6 address, all of which one customer has.
public struct Network: Hashable, Sendable {
  public let text: String

  /// - Parameter address: as the web server saw it. An IPv4 address that is written as IPv6 counts
  ///   as the former; what is no address stands for itself.
  public init(_ address: String) {
    text = Network.mappedIPv4(address) ?? Network.prefix(address) ?? address
  }

  /// `192.0.2.1` of `::ffff:192.0.2.1`.
  private static func mappedIPv4(_ address: String) -> String? {
    guard address.hasPrefix("::ffff:"), address.contains(".") else { return nil }
    return String(address.dropFirst("::ffff:".count))
  }

  /// The first four of the eight groups (RFC 4291, section 2.2), or nil if there are not eight.
  private static func prefix(_ address: String) -> String? {
    guard let gap = address.firstPlace(of: "::") else {
      let groups = groups(address[...])
      return groups.count == 8 ? joined(groups) : nil
    }
    let before = groups(address[..<gap.lowerBound])
    let after = groups(address[gap.upperBound...])
    guard before.count + after.count < 8 else { return nil }
    let zeros = Array(repeating: "0", count: 8 - before.count - after.count)
    return joined(before + zeros + after)
  }

  private static func groups(_ text: Substring) -> [String] {
    text.split(separator: ":").map { String($0) }
  }

  private static func joined(_ groups: [String]) -> String {
    groups.prefix(4).joined(separator: ":") + "::/64"
  }
}
