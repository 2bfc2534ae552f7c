// A part of a list that goes on.

/// Some items of a list, and whether there are more.
public struct Page<Item: Sendable>: Sendable {
  public let items: [Item]
  public let hasMore: Bool

  /// - Parameter found: one more than `limit`, if the list goes on.
  public init(_ found: [Item], limit: Int) {
    items = Array(found.prefix(limit))
    hasMore = found.count > limit
  }
}
