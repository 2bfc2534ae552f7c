// Chance from a seed: the same seed, the same throws.

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
///
/// Sendable because the whole simulation runs on one thread.
final class Dice: @unchecked Sendable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
    // Neighbouring seeds begin far apart.
    state = next()
  }

  func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// 0 up to below `count`, which is positive.
  func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  func happens(perMille: Int) -> Bool { below(1000) < perMille }

  func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  /// One of the choices, each as often as its weight says.
  func pick<T>(weighted choices: [(Int, T)]) -> T {
    var left = below(choices.reduce(0) { $0 + $1.0 })
    for (weight, choice) in choices.dropLast() {
      if left < weight { return choice }
      left -= weight
    }
    return choices[choices.count - 1].1
  }

  func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let number = next()
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    return Array(bytes.prefix(count))
  }
}
