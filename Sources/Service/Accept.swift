// Which of two representations a client would rather have (RFC 9110, section 12.5.1).

import FastCGI

extension Request {
  /// Whether the client prefers `type` to `other`, in which it is answered unless it says so. An
  /// Accept that was sent twice, or cannot be read, says nothing.
  public func prefers(_ type: String, to other: String) -> Bool {
    guard parameterCount("HTTP_ACCEPT") == 1, let header = parameter("HTTP_ACCEPT") else {
      return false
    }
    return weight(of: type, in: header) > weight(of: other, in: header)
  }
}

/// From 0, not acceptable, to 1000: the weight of the most specific range that the type lies in.
/// Parameters of a range other than its weight are not looked at.
private func weight(of type: String, in header: String) -> Int {
  let group = type.prefix { $0 != "/" } + "/*"
  var best = (specificity: 0, weight: 0)
  for range in header.utf8.split(separator: UInt8(ascii: ",")).map(words) {
    let specificity = [type: 3, String(group): 2, "*/*": 1][range.first ?? ""] ?? 0
    guard specificity > best.specificity, let weight = weight(among: range.dropFirst()) else {
      continue
    }
    best = (specificity, weight)
  }
  return best.weight
}

/// A range and its parameters, in lower case and without blanks.
private func words(_ range: Substring.UTF8View.SubSequence) -> [String] {
  Substring(range).lowercased().filter { $0 != " " && $0 != "\t" }
    .split(separator: ";", omittingEmptySubsequences: false).map(String.init)
}

/// 1000 unless there is a `q`; nil if that is no weight: 0 to 1 with three decimals at most.
private func weight(among parameters: ArraySlice<String>) -> Int? {
  guard let q = parameters.first(where: { $0.hasPrefix("q=") })?.dropFirst(2) else { return 1000 }
  let digits = q.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  let decimals = digits.count == 2 ? digits[1] : ""
  guard digits.first == "0" || digits.first == "1", decimals.utf8.count <= 3,
    decimals.utf8.allSatisfy({ (48...57).contains($0) }),
    let weight = Int(digits[0] + decimals + String(repeating: "0", count: 3 - decimals.utf8.count)),
    weight <= 1000
  else { return nil }
  return weight
}
