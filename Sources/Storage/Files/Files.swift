// Files as a whole: read and copied piece by piece, written so that a power cut leaves the old or
// the new, never a half.

import Domain
import Glibc

/// What could not be done with a file, and why.
public struct FileFailure: Error, CustomStringConvertible, Sendable {
  public let path: String
  /// As errno(3) has it.
  public let number: Int32

  public var description: String { "\(path): \(String(cString: strerror(number)))" }
}

/// What is done to whole files. Paths are as open(2) takes them.
public enum Files {
  private static let pieceBytes = 1 << 20

  /// Hands out a file's bytes in pieces of at most 1 MB.
  public static func read(
    _ path: String, _ piece: ([UInt8]) throws(FileFailure) -> Void
  ) throws(FileFailure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(path: path, number: errno) }
    defer { close(descriptor) }
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    var buffer = [UInt8](repeating: 0, count: pieceBytes)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure(path: path, number: errno) }
      if count == 0 { return }
      try piece(Array(buffer.prefix(count)))
    }
  }

  /// Makes what was written to a file, or to a folder's list of names, durable.
  public static func sync(_ path: String) throws(FileFailure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(path: path, number: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFailure(path: path, number: errno) }
  }

  /// Gives a file another name, in place of whatever had it.
  public static func rename(_ path: String, to other: String) throws(FileFailure) {
    guard Glibc.rename(path, other) == 0 else { throw FileFailure(path: other, number: errno) }
  }

  /// Gives a file another name that nothing has yet; EEXIST if something has it.
  public static func move(_ path: String, toNew other: String) throws(FileFailure) {
    guard Glibc.link(path, other) == 0 else { throw FileFailure(path: other, number: errno) }
    remove(path)
  }

  /// Nothing happens where there is none.
  public static func remove(_ path: String) {
    unlink(path)
  }

  /// The names in a folder, sorted, but `.` and `..`.
  public static func names(in folder: String) throws(FileFailure) -> [String] {
    guard let directory = opendir(folder) else { throw FileFailure(path: folder, number: errno) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Gives a file to the group that its folder belongs to, as far as this user may.
  public static func share(_ path: String, withGroupOf folder: String) {
    var status = stat()
    if stat(folder, &status) == 0 { _ = chown(path, uid_t.max, status.st_gid) }
  }

  /// Whether something has this name, be it a link that leads nowhere.
  public static func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  /// nil if it is no plain file.
  public static func size(_ path: String) -> Int64? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }

  /// How many bytes may still be written where the path lies.
  public static func freeBytes(at path: String) -> Int64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int64(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: status.f_frsize)
    ).partialValue
  }

  /// The path without links in it; nil if it leads nowhere.
  public static func resolved(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// The processes, other than this one, that have one of these files open, even if it was removed
  /// since: as far as this user may know of them.
  public static func holders(of paths: [String]) -> [Int32] {
    let looked = Set(paths.flatMap { [$0, $0 + " (deleted)"] })
    let processes = ((try? names(in: "/proc")) ?? []).compactMap { Int32($0) }
    return processes.filter { process in
      guard process != getpid() else { return false }
      let folder = "/proc/\(process)/fd"
      return ((try? names(in: folder)) ?? []).contains {
        link(at: "\(folder)/\($0)").map(looked.contains) ?? false
      }
    }
  }

  private static func link(at path: String) -> String? {
    let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
      count = buffer.withMemoryRebound(to: CChar.self) {
        $0.baseAddress.map { max(0, readlink(path, $0, Int(PATH_MAX))) } ?? 0
      }
    }
    return target.isEmpty ? nil : String(validating: target, as: UTF8.self)
  }

  /// For callers whose failures are refusals.
  static func refusing<T>(_ body: () throws(FileFailure) -> T) throws(Refusal) -> T {
    do throws(FileFailure) {
      return try body()
    } catch {
      throw .busy(evidence: error.description)
    }
  }
}
