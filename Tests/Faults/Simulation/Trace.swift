// What happened, line by line: a hash of it shows that a seed replays exactly, and the lines tell
// the story of a failing one.

/// The lines of an episode.
final class Trace {
  /// FNV-1a over all lines.
  private(set) var hash: UInt64
  private let isShown: Bool

  /// - Parameter hash: of the episodes before, so that one hash speaks for a whole run.
  init(goingOnFrom hash: UInt64 = 0xCBF2_9CE4_8422_2325, isShown: Bool) {
    self.hash = hash
    self.isShown = isShown
  }

  func add(_ line: String) {
    for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    if isShown { print(line) }
  }
}
