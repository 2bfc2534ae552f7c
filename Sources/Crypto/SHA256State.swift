// The compression function of SHA-256 (FIPS 180-4, section 6.2.2), on values alone.
//
// The 64 rounds are written out, eight to a call, and everything below is inlined into one
// function, so that the working variables live in registers: that is most of its speed.

/// The eight words that a block is compressed into.
struct SHA256State: Sendable {
  private var a: UInt32 = 0x6a09_e667
  private var b: UInt32 = 0xbb67_ae85
  private var c: UInt32 = 0x3c6e_f372
  private var d: UInt32 = 0xa54f_f53a
  private var e: UInt32 = 0x510e_527f
  private var f: UInt32 = 0x9b05_688c
  private var g: UInt32 = 0x1f83_d9ab
  private var h: UInt32 = 0x5be0_cd19

  /// The words as 32 bytes, big-endian.
  var bytes: InlineArray<32, UInt8> {
    let words: InlineArray<8, UInt32> = [a, b, c, d, e, f, g, h]
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<8 {
      bytes[4 * index] = UInt8(truncatingIfNeeded: words[index] &>> 24)
      bytes[4 * index + 1] = UInt8(truncatingIfNeeded: words[index] &>> 16)
      bytes[4 * index + 2] = UInt8(truncatingIfNeeded: words[index] &>> 8)
      bytes[4 * index + 3] = UInt8(truncatingIfNeeded: words[index])
    }
    return bytes
  }

  /// One block of 64 bytes: 64 rounds from here, and their outcome added to what was here before.
  mutating func compress(_ block: Span<UInt8>) {
    // Said once, it spares each byte its check.
    precondition(block.count == 64)
    var window = SHA256Block(block)
    var next = self
    next.rounds(
      &window, at: 0, 0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5,
      0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5)
    next.rounds(
      &window, at: 8, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
      0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174)
    next.rounds(
      &window, at: 0, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc,
      0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da)
    next.rounds(
      &window, at: 8, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
      0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967)
    next.rounds(
      &window, at: 0, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
      0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85)
    next.rounds(
      &window, at: 8, 0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3,
      0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070)
    next.rounds(
      &window, at: 0, 0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5,
      0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3)
    next.rounds(
      &window, at: 8, 0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
      0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2)
    add(next)
  }

  /// Eight rounds with their constants (section 4.2.2) and words `index` to `index + 7`. Instead
  /// of moving the eight variables along, each round names them one place further; after the
  /// eighth they are where they began.
  @inline(__always)
  private mutating func rounds(
    _ window: inout SHA256Block, at index: Int,
    _ k0: UInt32, _ k1: UInt32, _ k2: UInt32, _ k3: UInt32,
    _ k4: UInt32, _ k5: UInt32, _ k6: UInt32, _ k7: UInt32
  ) {
    round(a, b, c, &d, e, f, g, &h, k0 &+ window.take(index))
    round(h, a, b, &c, d, e, f, &g, k1 &+ window.take(index + 1))
    round(g, h, a, &b, c, d, e, &f, k2 &+ window.take(index + 2))
    round(f, g, h, &a, b, c, d, &e, k3 &+ window.take(index + 3))
    round(e, f, g, &h, a, b, c, &d, k4 &+ window.take(index + 4))
    round(d, e, f, &g, h, a, b, &c, k5 &+ window.take(index + 5))
    round(c, d, e, &f, g, h, a, &b, k6 &+ window.take(index + 6))
    round(b, c, d, &e, f, g, h, &a, k7 &+ window.take(index + 7))
  }

  @inline(__always)
  private mutating func add(_ other: SHA256State) {
    a &+= other.a
    b &+= other.b
    c &+= other.c
    d &+= other.d
    e &+= other.e
    f &+= other.f
    g &+= other.g
    h &+= other.h
  }
}

/// One round (section 6.2.2, step 3). The next round's `e` waits for the rotations of this one: so
/// they are written side by side, and `h` and the input, which wait for nothing, are added first.
/// `majority` and the rotations of `a` take fewer steps than the standard's: the next round's
/// `b ^ c` is this one's `a ^ b`, and a word that is rotated in turn need not be copied each time.
@inline(__always)
private func round(
  _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
  _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
) {
  let choice = (e & f) ^ (~e & g)
  let majority = ((a ^ b) & (b ^ c)) ^ b
  let sum = h &+ input &+ (e.rotated(6) ^ e.rotated(11) ^ e.rotated(25)) &+ choice
  d &+= sum
  h = ((a.rotated(9) ^ a).rotated(13) ^ a.rotated(2)) &+ majority &+ sum
}

/// A window of sixteen words on the message schedule: at first the block itself.
private struct SHA256Block {
  private var words: InlineArray<16, UInt32>

  /// Reads 64 bytes, big-endian. Written out, since as a loop it is a branch for each word.
  @inline(__always)
  init(_ bytes: Span<UInt8>) {
    words = [
      bytes.word(0), bytes.word(1), bytes.word(2), bytes.word(3),
      bytes.word(4), bytes.word(5), bytes.word(6), bytes.word(7),
      bytes.word(8), bytes.word(9), bytes.word(10), bytes.word(11),
      bytes.word(12), bytes.word(13), bytes.word(14), bytes.word(15),
    ]
  }

  /// The word at `index`, which gives way to the one sixteen after it (section 6.2.2, step 1).
  @inline(__always)
  mutating func take(_ index: Int) -> UInt32 {
    let word = words[index]
    let after = words[(index + 1) & 15]
    let before = words[(index + 14) & 15]
    words[index] =
      word &+ words[(index + 9) & 15]
      &+ ((after.rotated(11) ^ after).rotated(7) ^ (after &>> 3))
      &+ ((before.rotated(2) ^ before).rotated(17) ^ (before &>> 10))
    return word
  }
}

extension Span<UInt8> {
  @inline(__always)
  fileprivate func word(_ index: Int) -> UInt32 {
    UInt32(self[4 * index]) &<< 24 | UInt32(self[4 * index + 1]) &<< 16
      | UInt32(self[4 * index + 2]) &<< 8 | UInt32(self[4 * index + 3])
  }
}

extension UInt32 {
  @inline(__always)
  fileprivate func rotated(_ bits: UInt32) -> UInt32 {
    self &>> bits | self &<< (32 &- bits)
  }
}
