// TLS against openssl's own server: what is trusted, and what is refused before anything is sent.

import Foundation
import HTTPClient
import Support
import Testing

@Suite struct TLSTests {
  @Test("a certificate that is signed by a trusted authority is accepted")
  func trusted() throws {
    let server = try TLSServer()
    defer { server.stop() }
    #expect(outcome(server, trusting: server.certificate) == .response(200))
  }

  @Test("a certificate that nobody trusted has signed is refused")
  func selfSigned() throws {
    let server = try TLSServer()
    defer { server.stop() }
    #expect(outcome(server, trusting: nil) == .notSent)
  }

  @Test("an expired certificate is refused")
  func expired() throws {
    let server = try TLSServer(days: -1)
    defer { server.stop() }
    #expect(outcome(server, trusting: server.certificate) == .notSent)
  }

  @Test("a certificate for another name is refused")
  func otherName() throws {
    let server = try TLSServer(name: "IP:127.0.0.2")
    defer { server.stop() }
    #expect(outcome(server, trusting: server.certificate) == .notSent)
  }

  @Test("TLS 1.1 is refused")
  func oldVersion() throws {
    let server = try TLSServer(options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    defer { server.stop() }
    #expect(outcome(server, trusting: server.certificate) == .notSent)
  }

  @Test("TLS 1.2 is accepted")
  func version12() throws {
    let server = try TLSServer(options: ["-tls1_2"])
    defer { server.stop() }
    #expect(outcome(server, trusting: server.certificate) == .response(200))
  }

  @Test("a server that speaks no TLS is refused")
  func plain() throws {
    let server = try RawServer { connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      connection.waitForClose()
    }
    defer { server.stop() }
    let request = HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/")
    #expect(Outcome(HTTPClient(), request) == .notSent)
  }

  private func outcome(_ server: TLSServer, trusting file: String?) -> Outcome {
    let request = HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/")
    return Outcome(HTTPClient(authoritiesFile: file), request)
  }
}

/// `openssl s_server` with a certificate made for the occasion, on a free port.
private struct TLSServer {
  let port: Int
  let certificate: String
  private let process = Process()
  private let folder: URL

  init(name: String = "IP:127.0.0.1", days: Int = 2, options: [String] = []) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = """
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem \
        -subj /CN=test -addext subjectAltName=\(name) -out request.pem &&
      openssl x509 -req -in request.pem -signkey key.pem -days \(days) -copy_extensions copy \
        -out certificate.pem
      """
    let maker = Process()
    maker.executableURL = URL(fileURLWithPath: "/bin/sh")
    maker.arguments = ["-c", "(\(script)) 2>/dev/null"]
    maker.currentDirectoryURL = folder
    try maker.run()
    maker.waitUntilExit()
    certificate = folder.appendingPathComponent("certificate.pem").path

    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key", "key.pem"]
      + ["-cert", "certificate.pem"] + options
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    port = try TLSServer.readPort(output.fileHandleForReading)
  }

  /// The server prints `ACCEPT 127.0.0.1:PORT` once it listens.
  private static func readPort(_ handle: FileHandle) throws -> Int {
    var text = ""
    while true {
      let more = handle.availableData
      text += String(decoding: more, as: UTF8.self)
      for line in text.components(separatedBy: "\n").dropLast() where line.hasPrefix("ACCEPT") {
        return Int(line.components(separatedBy: ":").last ?? "") ?? 0
      }
      if more.isEmpty { throw CocoaError(.fileReadUnknown) }
    }
  }

  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }
}
