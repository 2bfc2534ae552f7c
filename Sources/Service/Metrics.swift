// Figures for a monitoring system, in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats).

import FastCGI

/// Collects figures and writes them down.
public struct Metrics: Sendable {
  public typealias Labels = [(name: String, value: String)]

  /// What a figure does: grow only, or go up and down.
  public enum Kind: String, Sendable {
    case counter, gauge
  }

  public enum Number: Sendable {
    case whole(Int64)
    case seconds(nanoseconds: Int64)
  }

  private var text = ""

  public init() {}

  /// Adds a figure, once for each set of labels.
  public mutating func family(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: Labels, value: Number)]
  ) {
    begin(name, kind.rawValue, help)
    for (labels, value) in samples { sample(name, labels, value) }
  }

  /// Adds a figure that has no labels.
  public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Number) {
    family(name, kind, help, [([], value)])
  }

  /// Adds the distribution of durations, once for each set of labels.
  mutating func histogram(
    _ name: String, _ help: String, _ series: [(labels: Labels, durations: Durations)]
  ) {
    begin(name, "histogram", help)
    for (labels, durations) in series {
      var count: Int64 = 0
      for (bound, inside) in zip(Durations.boundsMicroseconds, durations.counts) {
        count += inside
        let text = seconds(nanoseconds: bound * 1000)
        sample(name + "_bucket", labels + [("le", text)], .whole(count))
      }
      count += durations.counts.last ?? 0
      sample(name + "_bucket", labels + [("le", "+Inf")], .whole(count))
      sample(name + "_sum", labels, .seconds(nanoseconds: durations.microseconds * 1000))
      sample(name + "_count", labels, .whole(count))
    }
  }

  public var response: Response {
    Response(
      status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
      body: Array(text.utf8))
  }

  private mutating func begin(_ name: String, _ kind: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: Number) {
    let list = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    let number =
      switch value {
      case .whole(let number): String(number)
      case .seconds(let nanoseconds): seconds(nanoseconds: nanoseconds)
      }
    text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(number)\n"
  }

  /// In decimals, without the rounding of a floating point number.
  private func seconds(nanoseconds: Int64) -> String {
    let (whole, rest) = max(0, nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
    if rest == 0 { return String(whole) }
    var digits = String(rest + 1_000_000_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private func escaped(_ label: String) -> String {
    label.reduce(into: "") { text, character in
      switch character {
      case "\\", "\"": text += "\\\(character)"
      case "\n", "\r\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}
