// dompet check: whether an installation is as it must be, and what to do where it is not. It
// changes nothing. What it looks at:
//
//   CheckSettings.swift   settings and secrets, as the programs read them
//   CheckFiles.swift      who may read and write what
//   CheckDatabase.swift   the schema, the log, the disk, the clock
//   CheckMachine.swift    nginx, the time's source, who else holds the database
//   CheckXendit.swift     the key, by a call that changes nothing

import ArgumentParser
import JSON
import Service

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks whether the installation is as it must be.",
    discussion: """
      Each line is ok, a warning, or a problem, with what to do about it. Exits with 1 if there is \
      a problem. It sees most when root runs it.
      """)

  @Flag(help: "Do not ask Xendit.")
  var offline = false

  @OptionGroup var options: ListingOptions

  func run() throws {
    var inspection = Inspection(json: options.json)
    var configuration = Configuration.forOperator("dompet check")
    let (database, provider) = inspection.settings(&configuration)
    inspection.files(of: configuration.path)
    if let path = database?.path { inspection.databaseFiles(path) }
    if let database { inspection.database(database) }
    if let path = database?.path { inspection.holders(of: path) }
    inspection.timeSource()
    inspection.nginx()
    inspection.xendit(&configuration, offline ? nil : provider, offline: offline)
    if inspection.problems > 0 { throw ExitCode(1) }
  }
}

/// Tells of each thing as it is looked at.
struct Inspection {
  enum Level: String {
    case ok, warning, problem
  }

  private let json: Bool
  private(set) var problems = 0

  init(json: Bool) {
    self.json = json
  }

  mutating func ok(_ what: String, _ text: String) {
    tell(.ok, what, text, nil)
  }

  /// - Parameter advice: what to do about it.
  mutating func warning(_ what: String, _ text: String, _ advice: String) {
    tell(.warning, what, text, advice)
  }

  mutating func problem(_ what: String, _ text: String, _ advice: String) {
    problems += 1
    tell(.problem, what, text, advice)
  }

  private func tell(_ level: Level, _ what: String, _ text: String, _ advice: String?) {
    guard json else {
      let gap = String(repeating: " ", count: 9 - level.rawValue.count)
      print("\(level.rawValue)\(gap)\(what): \(text)")
      if let advice { print("         → \(advice)") }
      return
    }
    var writer = JSONWriter()
    writer.object { line in
      line.member("level", level.rawValue)
      line.member("what", what)
      line.member("text", text)
      line.member("advice", advice)
    }
    print(String(decoding: writer.bytes, as: UTF8.self))
  }
}
