// The arrows: a module imports only modules that stand above it in Package.swift, uses only what
// it declares there, and calls C only where C belongs.

import Foundation
import Support
import Testing

@Suite("The arrows")
struct ArrowTests {
  /// From the outside in, as design wants it; also the order in Package.swift.
  private static let order = [
    "Domain", "JSON", "Crypto", "FastCGI", "Storage", "HTTPClient", "Passwords", "Schema",
    "Ledger", "Xendit", "XenditAPI", "Service", "Payments",
  ]
  private static let programs = [
    "dompet-auth", "dompet-wallets", "dompet-payments", "dompet-webhook", "dompet-sandbox",
    "dompet",
  ]
  private static let modulesWithC = [
    "FastCGI": ["CFastCGI"], "Storage": ["CSQLite", "CPostgreSQL"], "HTTPClient": ["CCurl"],
    "Passwords": ["CArgon2", "CCrypt"],
  ]
  private static let system = ["Glibc", "Synchronization", "Logging", "ArgumentParser"]

  @Test("point inward only", arguments: order + programs)
  func inward(module: String) {
    let above = Self.order.prefix { $0 != module }
    let allowed = Set(above).union(Self.system).union(Self.modulesWithC[module] ?? [])
    let outside = imports(of: module).subtracting(allowed)
    #expect(outside == [], "\(module) imports what does not stand above it")
  }

  @Test("are all declared", arguments: order + programs)
  func declared(module: String) throws {
    let declaration = try #require(manifest(of: module))
    for name in imports(of: module) where !["Glibc", "Synchronization"].contains(name) {
      #expect(declaration.contains("\"\(name)\""), "\(module) uses \(name) without saying so")
    }
  }

  @Test("stand in Package.swift in their order")
  func ordered() throws {
    let lines = try #require(Tree.read("Package.swift")).lines.joined()
    let places = Self.order.compactMap { lines.range(of: "name: \"\($0)\"")?.lowerBound }
    #expect(places.count == Self.order.count)
    #expect(places == places.sorted())
  }

  @Test("have memory safety proven where no C is called", arguments: order + programs)
  func memorySafe(module: String) throws {
    guard Self.modulesWithC[module] == nil else { return }
    let declaration = try #require(manifest(of: module))
    #expect(declaration.contains("swiftSettings: memorySafe"))
  }

  @Test("lead nowhere near Foundation, which would double the programs")
  func foundation() {
    for module in Self.order + Self.programs {
      #expect(imports(of: module).filter { $0.hasPrefix("Foundation") } == [], "\(module)")
    }
  }

  @Test("keep the sandbox apart from what it is there to test")
  func sandbox() {
    let ours: Set = ["Xendit", "XenditAPI", "Ledger", "Service", "Schema"]
    #expect(imports(of: "dompet-sandbox").intersection(ours) == [])
  }

  private func imports(of module: String) -> Set<String> {
    let folder = module == "Schema" ? "sql/" : "Sources/\(module)/"
    let files = Tree.files(".swift").filter { $0.path.hasPrefix(folder) }
    #expect(!files.isEmpty, "\(module) has no files")
    return Set(
      files.flatMap(\.lines).compactMap { line in
        line.firstMatch(of: /^(?:@\w+ )*import (\w+)/).map { String($0.1) }
      })
  }

  /// The target's declaration, up to the next one.
  private func manifest(of module: String) -> String? {
    let text = Tree.read("Package.swift")?.lines.joined(separator: "\n") ?? ""
    let package = text.components(separatedBy: "let package").last ?? ""
    return package.components(separatedBy: "arget(").dropFirst().first { part in
      part.contains("name: \"\(module)\"")
    }
  }
}
