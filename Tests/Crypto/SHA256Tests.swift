// SHA-256 against NIST's CAVP files, against OpenSSL, and against itself in pieces.

import Crypto
import Foundation
import Support
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "NIST's messages have NIST's digests", .enabled(if: Vectors.isInstalled, Vectors.missing),
    arguments: [("SHA256ShortMsg", 65), ("SHA256LongMsg", 64)])
  func messages(file: String, count: Int) throws {
    let records = try Vectors.records("hashes/SHA2/\(file).rsp")
    #expect(records.count == count)
    for record in records {
      let bits = try #require(record["Len"].flatMap { Int($0) })
      let message = try #require(record["Msg"].flatMap(Hex.decode)).prefix(bits / 8)
      #expect(Hex.encode(SHA256.hash(Array(message))) == record["MD"], "\(bits) bits")
    }
  }

  @Test(
    "NIST's Monte Carlo chain of 100 000 digests ends where NIST's does",
    .enabled(if: Vectors.isInstalled, Vectors.missing))
  func monteCarlo() throws {
    let records = try Vectors.records("hashes/SHA2/SHA256Monte.rsp")
    #expect(records.count == 100)
    var seed = try #require(records.first?["Seed"].flatMap(Hex.decode))
    for record in records {
      var last = [seed, seed, seed]
      for _ in 0..<1000 {
        last = [last[1], last[2], SHA256.hash(last[0] + last[1] + last[2])]
      }
      seed = last[2]
      try #require(Hex.encode(seed) == record["MD"], "count \(record["COUNT"] ?? "")")
    }
  }

  @Test("the published examples hold without any file")
  func examples() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(Hex.encode(SHA256.hash([])) == empty)
    #expect(Hex.encode(SHA256.hash(Array("abc".utf8))) == abc)
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(Hex.encode(SHA256.hash(letters)) == million)
  }

  @Test("OpenSSL agrees on every length up to 130 and on random ones up to 10 000")
  func openSSL() throws {
    let folder = try TemporaryDirectory()
    let lengths = Array(0...130) + (0..<200 * Scale.factor).map { _ in Int.random(in: 0...10_000) }
    var files: [String] = []
    var ours: [String] = []
    for (index, length) in lengths.enumerated() {
      let message = [UInt8].random(count: length)
      files.append(folder.path + "/\(index)")
      try Data(message).write(to: URL(filePath: files[index]))
      ours.append(Hex.encode(SHA256.hash(message)))
    }
    let theirs = try lines(from: "openssl", ["dgst", "-sha256", "-r"] + files)
    #expect(theirs.map { String($0.prefix(64)) } == ours)
  }

  @Test("a message in pieces has the digest of the whole, however it is cut")
  func pieces() {
    for _ in 0..<200 * Scale.factor {
      let message = [UInt8].random(count: Int.random(in: 0...2000))
      let pieceMax = [1, 3, 63, 64, 65, 200, 2000].randomElement() ?? 1
      var hash = SHA256()
      var rest = message[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 0...pieceMax))
        hash.update(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      #expect(hash.finish() == SHA256.hash(message), "\(message.count) in pieces of \(pieceMax)")
    }
  }

  @Test("a copy goes on by itself and leaves the original alone")
  func fork() {
    var original = SHA256()
    original.update(Array("a shared beginning, ".utf8))
    var copy = original
    copy.update(Array("one end".utf8))
    original.update(Array("another".utf8))
    #expect(copy.finish() == SHA256.hash(Array("a shared beginning, one end".utf8)))
    #expect(original.finish() == SHA256.hash(Array("a shared beginning, another".utf8)))
  }
}

extension [UInt8] {
  static func random(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255) }
  }
}
