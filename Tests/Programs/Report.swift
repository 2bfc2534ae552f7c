// What a fault did, in lines that `Tests/Faults/run` makes a table of.

import Foundation

public enum Report {
  /// One line of the table.
  public static func fault(
    _ name: String, tried: Int, lost: Int, doubled: Int, control: String = "-"
  ) {
    say("FAULT|\(name)|\(tried)|\(lost)|\(doubled)|\(control)")
  }

  /// The system calls that an endpoint makes, by name and number.
  public static func calls(_ endpoint: String, _ calls: [String: Int]) {
    let list = calls.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    say("CALLS|\(endpoint)|\(list.joined(separator: ", "))")
  }

  /// In one piece, so that tests that run at once do not mix their lines.
  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }
}
