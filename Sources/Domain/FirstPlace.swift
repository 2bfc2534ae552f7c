// Looking for one text in another.
//
// The standard library's own search lies in a module of regular expressions, which would make each
// program a megabyte larger.

extension String {
  /// Where `part` first stands, byte by byte; nil if nowhere.
  func firstPlace(of part: String) -> Range<String.Index>? {
    for start in utf8.indices where utf8[start...].starts(with: part.utf8) {
      return start..<utf8.index(start, offsetBy: part.utf8.count)
    }
    return nil
  }
}
