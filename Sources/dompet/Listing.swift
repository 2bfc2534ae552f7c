// Lists, for people as a table, for programs as JSON, an object a line.

import ArgumentParser
import JSON

/// How a list is asked for.
struct ListingOptions: ParsableArguments {
  @Flag(help: "For programs: an object a line.")
  var json = false
}

/// A list that is being written. A table is held back until `finish`, since the widths of its
/// columns are not known before; objects are written one after another.
struct Listing {
  private let columns: [String]
  private let json: Bool
  private var rows: [[String]] = []

  init(_ columns: [String], _ options: ListingOptions) {
    self.columns = columns
    json = options.json
  }

  /// - Parameters:
  ///   - cells: one for each column; nil where there is nothing to say.
  ///   - object: the same, as members of an object.
  mutating func add(_ cells: [String?], _ object: (inout JSONWriter) -> Void) {
    if json {
      print(Listing.line(object))
    } else {
      rows.append(cells.map { ($0 ?? "-").printable })
    }
  }

  /// - Parameter empty: what to say to a person where the list is empty.
  func finish(empty: String) {
    if json { return }
    if rows.isEmpty { return print(empty) }
    let table = [columns] + rows
    let widths = columns.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    for row in table {
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      print(cells.joined(separator: "  ").withoutBlanksAtItsEnd)
    }
  }

  /// One thing alone: an object for programs, else a line for each of its parts.
  static func show(
    _ options: ListingOptions, _ parts: [(name: String, value: String?)],
    _ object: (inout JSONWriter) -> Void
  ) {
    if options.json { return print(line(object)) }
    let width = parts.map(\.name.count).max() ?? 0
    for (name, value) in parts {
      print(name + String(repeating: " ", count: width - name.count + 2) + (value ?? "-").clean)
    }
  }

  private static func line(_ object: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.object(object)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension String {
  /// Without characters that could command a terminal.
  var clean: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "?" : $0 }))
  }

  /// The same, and at most 60 of them.
  var printable: String {
    let clean = clean
    return clean.count > 60 ? clean.prefix(59) + "…" : clean
  }

  fileprivate var withoutBlanksAtItsEnd: Substring {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// How long ago something was, for people.
func age(_ seconds: Int64) -> String {
  switch seconds {
  case ..<120: "\(max(0, seconds)) s"
  case ..<7200: "\(seconds / 60) min"
  case ..<172_800: "\(seconds / 3600) h"
  default: "\(seconds / 86_400) d"
  }
}
