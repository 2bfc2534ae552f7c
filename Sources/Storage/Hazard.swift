// What in a store's own settings endangers money, or the programs' work.

/// A setting that is not as it must be.
public struct Hazard: Sendable {
  public enum Level: Sendable {
    /// Something can be lost, or refused, in a case that seldom comes.
    case warning
    /// The store does not keep what it promises.
    case problem
  }

  public let level: Level
  /// The setting's name.
  public let setting: String
  /// What can come of it, in words.
  public let text: String
  /// What to do about it.
  public let advice: String
}
