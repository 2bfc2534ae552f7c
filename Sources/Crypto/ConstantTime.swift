// Equality of secrets: how long it takes says nothing about where they differ.

/// Whether two byte strings are equal, in a time that depends on their lengths alone. The lengths
/// are not hidden: where a length is secret too, compare the two hashes.
///
/// Never inlined, so that no caller's knowledge of an argument can shorten it.
@inline(never)
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  for index in left.indices {
    difference |= left[index] ^ right[index]
  }
  return difference == 0
}
