// The names of one object while it is read, to refuse one that comes twice: cheap for the few
// names of a usual object, and never quadratic for the thousands of a hostile one.

struct MemberNames {
  /// Up to this many names are compared one by one, behind a filter that spares most of them.
  private static let fewMax = 32

  private var filter: UInt64 = 0
  private var many: Set<ExactName> = []

  /// Whether `name` is new; `members` are those before it.
  mutating func insert(_ name: String, after members: [JSONMember]) -> Bool {
    let bit = MemberNames.bit(name.utf8.span)
    let mayBeThere = filter & bit != 0
    filter |= bit
    if members.count < MemberNames.fewMax && !mayBeThere { return true }
    return insertComparing(name, after: members)
  }

  /// Apart, so that what nearly every name takes stays short.
  @inline(never)
  private mutating func insertComparing(_ name: String, after members: [JSONMember]) -> Bool {
    guard members.count < MemberNames.fewMax else {
      if many.isEmpty { many = Set(members.map { ExactName(text: $0.name) }) }
      return many.insert(ExactName(text: name)).inserted
    }
    return !members.contains { $0.name.hasSameScalars(as: name) }
  }

  /// One of 64 bits, from the length and the bytes at both ends.
  private static func bit(_ name: Span<UInt8>) -> UInt64 {
    guard !name.isEmpty else { return 1 }
    let ends = 7 &* Int(name[0]) &+ 5 &* Int(name[name.count &- 1])
    return 1 &<< ((name.count &+ ends) & 63)
  }
}

/// A name that equals another only if it has the same scalars.
private struct ExactName: Hashable {
  let text: String

  static func == (left: ExactName, right: ExactName) -> Bool {
    left.text.hasSameScalars(as: right.text)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
