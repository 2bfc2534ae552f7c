// Mistakes in what came from outside: why a raw value is not of a type, and where it stood.

/// A raw value that is not of the wanted type; `detail` is one sentence that the sender may read.
public struct Invalid: Error, Equatable, Sendable {
  public let detail: String

  public init(_ detail: String) {
    self.detail = detail
  }
}

/// One mistake in an input: its place as a JSON Pointer (RFC 6901, `""` is the whole body), and
/// one sentence that says what is wrong.
public struct Fault: Equatable, Sendable {
  public let pointer: String
  public let detail: String

  public init(pointer: String, detail: String) {
    self.pointer = pointer
    self.detail = detail
  }
}
