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
    try answer(to: "\(question) Type yes to go on: ") == "yes"
  }

  /// A line without blanks around it; nil if that is nothing.
  static func answer(to question: String) throws -> String? {
    prompt(question)
    return trimmed(try text(of: input(untilLineEnd: true)))
  }

  /// The same, not shown while it is typed; from a program, its first line.
  static func secret(_ question: String) throws -> String? {
    trimmed(isTerminal ? try hidden(question) : try text(of: input(untilLineEnd: true)))
  }

  /// Signals from the keyboard are off meanwhile, so that nothing can leave the terminal dumb;
  /// Control-C ends the line instead, and then the command.
  private static func hidden(_ question: String) throws -> String {
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
    prompt(question)
    let line = try input(untilLineEnd: true)
    prompt("\n")
    if line.contains(interrupt) { throw stop("Nothing was changed.") }
    return try text(of: line)
  }

  /// Not a whole line: the answer is typed behind it.
  private static func prompt(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private static func trimmed(_ text: String) -> String? {
    let words = text.drop { $0.isWhitespace }
    let answer = words.reversed().drop { $0.isWhitespace }.reversed()
    return answer.isEmpty ? nil : String(answer)
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

/// That something may be done that is not to be done by mistake.
struct Consent: ParsableArguments {
  @Flag(help: "Do it without asking.")
  var yes = false

  /// - Throws: `ValidationError` if nobody can be asked.
  func obtain(_ question: String) throws {
    if yes { return }
    guard Keyboard.isTerminal else {
      throw ValidationError("Nobody can be asked whether that is meant: give --yes.")
    }
    guard try Keyboard.confirms(question) else {
      Terminal.error("Nothing was changed.")
      throw ExitCode(1)
    }
  }
}
