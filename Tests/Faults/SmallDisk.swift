// File systems that run out of room, or stop taking writes, under running programs.

import Foundation
import Support

/// A file system of its own at a folder; gone when this object goes.
final class SmallDisk {
  private let folder: String
  private let directory: TemporaryDirectory
  private var image: String { directory.path + "/image" }
  private var filler: String { folder + "/filler" }

  /// Why this machine cannot do it; nil when it can.
  static let refusal: String? = {
    do {
      let folder = try TemporaryDirectory()
      let disk = try SmallDisk(at: folder.path)
      try disk.stopWriting()
      return nil
    } catch {
      return "\(error)"
    }
  }()

  init(at folder: String) throws {
    self.folder = folder
    directory = try TemporaryDirectory()
    try command("truncate", "-s", "32M", image)
    try command("mkfs.ext4", "-q", "-F", "-m", "0", image)
    try command("mount", "-o", "loop", image, folder)
  }

  /// The folder's owner could not remove it while something was mounted there.
  deinit {
    _ = try? runCommand("umount", ["--lazy", folder], environment: Self.environment)
    rmdir(folder)
  }

  /// Leaves no room.
  func fill() {
    _ = try? command("dd", "if=/dev/zero", "of=\(filler)", "bs=4k", "status=none")
  }

  /// Gives the room back.
  func empty() throws { try FileManager.default.removeItem(atPath: filler) }

  /// What ext4 does when its device has failed (errors=remount-ro): whoever has files open may read
  /// them, and write no more. It is `mount -o remount,ro` that does not ask who writes.
  func stopWriting() throws { try command("mount", "-o", "remount,abort", folder) }

  /// What an operator does then. Nobody may have a file open on it.
  func repair() throws {
    try command("umount", folder)
    let result = try runCommand("e2fsck", ["-p", image], environment: Self.environment)
    guard result.status <= 1 else { throw CheckerFailure(message: "e2fsck: \(result.output)") }
    try command("mount", "-o", "loop", image, folder)
  }

  private static let environment = ProcessInfo.processInfo.environment.merging([
    "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
  ]) { $1 }

  private func command(_ program: String, _ arguments: String...) throws {
    let result = try runCommand(program, arguments, environment: Self.environment)
    guard result.status == 0 else {
      throw CheckerFailure(message: "\(program): \(result.errors)")
    }
  }
}
