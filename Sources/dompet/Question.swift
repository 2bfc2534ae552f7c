// Asking the person before the terminal; a secret is read without showing it.

import Glibc
import Service

enum Question {
  /// Whether somebody is there to be asked.
  static var canBeAsked: Bool { isatty(0) == 1 && isatty(2) == 1 }

  /// The person's answer without blanks around it; nil if it is empty, or they have gone.
  static func ask(_ question: String) -> String? {
    write(question)
    guard let line = readLine() else { return nil }
    let words = line.drop { $0.isWhitespace }
    let answer = words.reversed().drop { $0.isWhitespace }.reversed()
    return answer.isEmpty ? nil : String(answer)
  }

  /// The same, not shown while it is typed. Ctrl-C is a character then, so that the terminal is
  /// never left mute: it ends the process.
  static func askSecretly(_ question: String) -> String? {
    var usual = termios()
    guard unsafe tcgetattr(0, &usual) == 0 else { return nil }
    var mute = usual
    mute.c_lflag &= ~tcflag_t(ECHO | ISIG)
    _ = unsafe tcsetattr(0, TCSAFLUSH, &mute)
    let answer = ask(question)
    _ = unsafe tcsetattr(0, TCSAFLUSH, &usual)
    Terminal.error("")
    if answer?.utf8.contains(3) == true { exit(130) }
    return answer
  }

  /// Whether the person agrees to what will be done.
  static func confirm(_ question: String) -> Bool {
    canBeAsked && ask("\(question) [y/N] ")?.lowercased() == "y"
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
