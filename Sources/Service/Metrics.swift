// Figures for a monitoring system, in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats).

import FastCGI

/// Collects figures and writes them down.
public struct Metrics: Sendable {
  private var text = ""

  public init() {}

  /// Adds a figure that goes up and down, once for each value of a label.
  public mutating func gauge(
    _ name: String, _ help: String, by label: String, _ values: [(label: String, value: Int64)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    for (value, number) in values {
      text += "\(name){\(label)=\"\(escaped(value))\"} \(number)\n"
    }
  }

  public var response: Response {
    Response(
      status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
      body: Array(text.utf8))
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
