// A disk whose power can be cut: ext4 in a file on btrfs. A cut is a copy of the file, made at one
// instant: what the file system had not written to its disk by then is not in it.

import Foundation
import Support

/// Mounted at a folder; unmounted when this object goes.
final class PowerCutDisk {
  private let directory: TemporaryDirectory
  private var mounts: [String] = []
  private var image: String { directory.path + "/btrfs/disk" }
  private var copy: String { directory.path + "/btrfs/copy" }

  /// Why this machine cannot do it; nil when it can.
  static let refusal: String? = {
    do {
      let folder = try TemporaryDirectory()
      let disk = try PowerCutDisk(at: folder.path)
      try disk.cut { _ in }
      return nil
    } catch {
      return "\(error)"
    }
  }()

  init(at folder: String) throws {
    directory = try TemporaryDirectory()
    let pool = directory.path + "/pool"
    try FileManager.default.createDirectory(
      atPath: directory.path + "/btrfs", withIntermediateDirectories: false)
    try FileManager.default.createDirectory(
      atPath: directory.path + "/cut", withIntermediateDirectories: false)
    try command("truncate", "-s", "1G", pool)
    try command("mkfs.btrfs", "-q", pool)
    try mount(pool, at: directory.path + "/btrfs")
    try command("truncate", "-s", "128M", image)
    try command("mkfs.ext4", "-q", "-F", image)
    try mount(image, at: folder)
  }

  deinit {
    for path in mounts.reversed() { _ = try? runCommand("umount", ["--lazy", path]) }
  }

  /// Makes everything durable that was written so far.
  func sync(_ folder: String) throws { try command("sync", "-f", folder) }

  /// Cuts the power and hands over the folder as it is found when power is back. The original goes
  /// on as if nothing had happened.
  func cut(_ inspect: (String) throws -> Void) throws {
    let folder = directory.path + "/cut"
    try command("cp", "--reflink=always", image, copy)
    try mount(copy, at: folder)
    defer {
      _ = try? command("umount", folder)
      mounts.removeAll { $0 == folder }
      _ = try? FileManager.default.removeItem(atPath: copy)
    }
    try inspect(folder)
  }

  private func mount(_ file: String, at folder: String) throws {
    try command("mount", "-o", "loop", file, folder)
    mounts.append(folder)
  }

  private func command(_ program: String, _ arguments: String...) throws {
    var environment = ProcessInfo.processInfo.environment
    environment["PATH", default: "/usr/bin"] += ":/usr/sbin:/sbin"
    let result = try runCommand(program, arguments, environment: environment)
    guard result.status == 0 else {
      throw CheckerFailure(message: "\(program): \(result.errors)")
    }
  }
}
