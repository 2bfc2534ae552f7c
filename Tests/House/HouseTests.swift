// The house rules that a machine can hold: sizes, headers, what lies at the top, and what must not
// be in the tree.

import Foundation
import Support
import Testing

@Suite("The house")
struct HouseTests {
  @Test(
    "has files of at most 250 lines", arguments: Tree.files(".swift", ".c", ".h", ".py", ".bash"))
  func fileLength(file: SourceFile) {
    #expect(file.lines.count <= 250)
  }

  @Test(
    "has lines of at most 100 columns",
    arguments: Tree.files(
      ".swift", ".c", ".h", ".py", ".bash", ".sql", ".conf", ".yml", "/run", "respawn", "/cluster"))
  func lineLength(file: SourceFile) {
    for (index, line) in file.lines.enumerated() where line.count > 100 {
      Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
    }
  }

  @Test(
    "has functions of at most 40 lines",
    arguments: Tree.files(".swift", ".bash", "/run", "respawn", "/cluster"))
  func functionLength(file: SourceFile) {
    for (begin, count) in functions(in: file.lines) where count > 40 {
      Issue.record("\(file.path):\(begin + 1) begins a function of \(count) lines")
    }
  }

  @Test("finds a function that is too long")
  func functionLengthIsMeasured() {
    let body = Array(repeating: "    work()", count: 41)
    let swift = ["struct S {", "  func f(", "    x: Int", "  ) -> Int {"] + body + ["  }", "}"]
    #expect(functions(in: swift).map(\.lines) == [45])
    #expect(functions(in: ["f() {"] + body + ["}"]).map(\.lines) == [43])
  }

  @Test("says in each file's first lines what it is", arguments: Tree.files(".swift"))
  func header(file: SourceFile) {
    #expect(file.lines.first?.hasPrefix("//") == true)
  }

  @Test("has nothing at the top but what belongs there")
  func top() {
    let allowed: Set = ["Package.swift", "Sources", "Tests", "nginx", "sql", "README.md"]
    let found = Set(Tree.paths.compactMap { $0.split(separator: "/").first.map(String.init) })
    #expect(found.filter { !$0.hasPrefix(".") }.subtracting(allowed) == [])
  }

  @Test("has no unfinished business", arguments: Tree.files(".swift", ".sql", ".conf", ".bash"))
  func unfinished(file: SourceFile) {
    let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX:", "HA" + "CK"]
    for line in file.lines {
      #expect(!marks.contains { line.contains($0) }, "\(line)")
    }
  }

  /// Lines on which a function begins, and how many it has. A function ends at the first closing
  /// brace that stands as far left as its beginning.
  private func functions(in lines: [String]) -> [(begin: Int, lines: Int)] {
    lines.indices.compactMap { begin in
      guard lines[begin].contains(declaration) else { return nil }
      let indentation = String(lines[begin].prefix { $0 == " " })
      let end = lines[begin...].firstIndex { $0.hasPrefix(indentation + "}") }
      return end.map { (begin, $0 - begin + 1) }
    }
  }

  private var declaration: Regex<Substring> {
    /^ *(?:[a-z@() ]+ )?(?:func |init[?(<]|deinit )[^}]*$|^[a-z_]+\(\) \{$/
  }
}
