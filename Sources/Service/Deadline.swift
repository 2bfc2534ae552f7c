// The end of patience with one request, by a clock that nobody can set.

import Domain

/// A moment after which nobody waits any longer.
public struct Deadline: Sendable {
  private let endMilliseconds: Int64
  private let world: World

  /// So many milliseconds from now.
  public init(milliseconds: Int, in world: World) {
    endMilliseconds = world.monotonicMilliseconds() + Int64(milliseconds)
    self.world = world
  }

  /// What is left, at least 0.
  public var remainingMilliseconds: Int {
    max(0, Int(endMilliseconds - world.monotonicMilliseconds()))
  }
}
