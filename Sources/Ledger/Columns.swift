// From a column's raw value to the type that the rules speak of. What does not fit was not written
// by this program: `.broken`.

import Domain
import Storage

extension Row {
  borrowing func identifier(_ column: Int) throws(Refusal) -> Identifier {
    try parsed(column) { Identifier($0) }
  }

  borrowing func timestamp(_ column: Int) throws(Refusal) -> Timestamp {
    Timestamp(microseconds: try integer(column))
  }

  borrowing func optionalTimestamp(_ column: Int) throws(Refusal) -> Timestamp? {
    try optionalInteger(column).map { Timestamp(microseconds: $0) }
  }

  borrowing func money(_ column: Int) throws(Refusal) -> Money {
    Money(rupiah: try integer(column))
  }

  /// The value that `parse` makes of a text; nil or `Invalid` from it is `.broken`.
  borrowing func parsed<T>(
    _ column: Int, _ parse: (String) throws(Invalid) -> T?
  ) throws(Refusal) -> T {
    guard let value = try? parse(try text(column)) else {
      throw .broken(evidence: "column \(column) holds what this program does not write")
    }
    return value
  }
}
