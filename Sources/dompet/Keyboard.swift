// What is asked of the person before the screen: a password that is not shown, or whether to go on.

import ArgumentParser
import Glibc
import Service

enum Keyboard {
  /// Longer than any password, in bytes.
  private static let bytesMax = 1024
  /// Control-C, as a terminal sends it.
  private static let interrupt: UInt8 = 3

  static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// A secret, typed twice without being shown; or all of standard input but the line's end.
  static func newSecret(_ prompt: String) throws -> String {
    guard isTerminal else { return try text(of: input(untilLineEnd: false)) }
    let first = try hidden("\(prompt): ")
    guard try hidden("Once more: ") == first else {
      throw stop("The two are not the same; nothing was changed.")
    }
    return first
  }

  /// Whether the person types `yes`.
  static func confirms(_ question: String) throws -> Bool {
    Terminal.error("\(question) Type yes to go on:")
    return try text(of: input(untilLineEnd: true)) == "yes"
  }

  /// Signals from the keyboard are off meanwhile, so that nothing can leave the terminal dumb;
  /// Control-C ends the line instead, and then the command.
  private static func hidden(_ prompt: String) throws -> String {
    var shown = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &shown) == 0 else {
      throw stop("The terminal cannot be asked.")
    }
    var dumb = shown
    dumb.c_lflag &= ~tcflag_t(ECHO | ISIG)
    dumb.c_lflag |= tcflag_t(ICANON)
    dumb.c_cc.11 = interrupt  // VEOL: another end of a line
    guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &dumb) == 0 else {
      throw stop("The terminal cannot hide what is typed.")
    }
    defer { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
    Terminal.error(prompt)
    let line = try input(untilLineEnd: true)
    if line.contains(interrupt) { throw stop("Nothing was changed.") }
    return try text(of: line)
  }

  private static func text(of line: [UInt8]) throws -> String {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw stop("Standard input is not UTF-8; nothing was changed.")
    }
    return text
  }

  /// Without its last line feed.
  private static func input(untilLineEnd: Bool) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(STDIN_FILENO, &byte, 1) == 1 {
      bytes.append(byte)
      guard bytes.count <= bytesMax else {
        throw stop("Standard input is longer than any password; nothing was changed.")
      }
      if untilLineEnd, byte == UInt8(ascii: "\n") || byte == interrupt { break }
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return bytes
  }

  private static func stop(_ reason: String) -> ExitCode {
    Terminal.error(reason)
    return ExitCode(1)
  }
}

/// That something may be done that cannot be undone.
struct Consent: ParsableArguments {
  @Flag(help: "Do it without asking.")
  var yes = false

  /// - Throws: `ValidationError` if nobody can be asked.
  func obtain(_ question: String) throws {
    if yes { return }
    guard Keyboard.isTerminal else {
      throw ValidationError("This cannot be undone, and nobody can be asked: give --yes.")
    }
    guard try Keyboard.confirms(question) else {
      Terminal.error("Nothing was changed.")
      throw ExitCode(1)
    }
  }
}
