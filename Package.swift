// swift-tools-version: 6.2
//
// Dompet: a wallet top-up backend of small FastCGI programs behind nginx.
//
// The order of the modules below is the direction of the arrows: a module imports only modules
// that stand above it. Tests/House holds this file and the imports to that.

import PackageDescription

/// What every target is compiled with: a warning is an error.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Everything that does not call C proves its memory safety (SE-0458).
let memorySafe: [SwiftSetting] = strict + [.strictMemorySafety()]

/// How the programs that stay are linked. Their addresses are fixed up at each start, from a table
/// that is read whole; packed (glibc 2.36, not gold) it is 14 kB instead of 570 kB. No one looks up
/// their symbols by name, so what nobody calls need not be kept. And what a start executes of
/// Swift's library lies side by side, not one function in each 64 kB. 1.5 megabytes less each.
let compact: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld"]
      + [
        "-z", "pack-relative-relocs", "--no-export-dynamic", "--no-warn-symbol-ordering",
        "--symbol-ordering-file=\(Context.packageDirectory)/Sources/start.order",
      ].flatMap { ["-Xlinker", $0] })
]

/// The schema's steps, each in the words of both engines.
let migrations = [
  "m001_users", "m002_wallets", "m003_top_ups", "m004_events", "m005_reconciliations",
  "m006_transfers", "m007_maintenance", "m008_operator_acts", "m009_pruning", "m010_roles",
]

/// The tests of a module, or of what is named so; they lie in a folder of that name.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
    swiftSettings: strict)
}

let package = Package(
  name: "dompet",
  traits: [.trait(name: "PostgreSQL", description: "DATABASE_URL=postgresql://… works too")],
  dependencies: [
    // Logging: the levels, metadata and handler contract that the Swift server field agreed upon.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // The operator's command line: help, completions and man pages from one declaration.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    // C libraries, dynamic, so that Debian's security updates reach them.
    .systemLibrary(
      name: "CFastCGI", path: "Sources/C/FastCGI", pkgConfig: "fcgi",
      providers: [.apt(["libfcgi-dev"])]),
    .systemLibrary(
      name: "CSQLite", path: "Sources/C/SQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]),
    // Only with the trait of that name: whoever is content with one machine need not install it.
    .systemLibrary(
      name: "CPostgreSQL", path: "Sources/C/PostgreSQL", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CCurl", path: "Sources/C/Curl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CArgon2", path: "Sources/C/Argon2", pkgConfig: "libargon2",
      providers: [.apt(["libargon2-dev"])]),
    .systemLibrary(
      name: "CCrypt", path: "Sources/C/Crypt", pkgConfig: "libcrypt",
      providers: [.apt(["libcrypt-dev"])]),

    // Pure: no input or output, no clock, no C.
    .target(
      name: "Domain", resources: [.embedInCode("common_passwords.txt")],
      swiftSettings: memorySafe),
    .target(name: "JSON", dependencies: ["Domain"], swiftSettings: memorySafe),
    .target(name: "Crypto", dependencies: ["Domain", "JSON"], swiftSettings: memorySafe),

    // The outside world, one module for each C library.
    .target(name: "FastCGI", dependencies: ["CFastCGI"], swiftSettings: strict),
    .target(
      name: "Storage",
      dependencies: [
        "CSQLite", "Domain",
        .target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
      ],
      swiftSettings: strict),
    .target(name: "HTTPClient", dependencies: ["CCurl"], swiftSettings: strict),
    .target(
      name: "Passwords", dependencies: ["CArgon2", "CCrypt", "Domain"], swiftSettings: strict),

    // What the product is about.
    .target(
      name: "Schema", dependencies: ["Storage"], path: "sql",
      resources: migrations.flatMap { name in
        ["sqlite", "postgresql"].map { .embedInCode("\(name).\($0).sql") }
      },
      swiftSettings: memorySafe),
    .target(
      name: "Ledger", dependencies: ["Domain", "JSON", "Crypto", "Storage"],
      swiftSettings: memorySafe),
    .target(name: "Xendit", dependencies: ["Domain", "JSON"], swiftSettings: memorySafe),
    // Apart from the words of Xendit, so that the program that hears them links no HTTP client.
    .target(
      name: "XenditAPI", dependencies: ["Domain", "JSON", "HTTPClient", "Xendit"],
      swiftSettings: memorySafe),
    .target(
      name: "Service",
      dependencies: [
        "Domain", "JSON", "Crypto", "FastCGI", "Storage", "Schema", "Ledger",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: memorySafe),

    // What is done at Xendit for a top-up, whoever asks for it: a user, or reconciliation.
    .target(
      name: "Payments",
      dependencies: [
        "Domain", "JSON", "HTTPClient", "Ledger", "Storage", "Xendit", "XenditAPI", "Service",
      ],
      swiftSettings: memorySafe),

    // One program for each route group.
    .executableTarget(
      name: "dompet-auth",
      dependencies: [
        "Domain", "JSON", "Crypto", "FastCGI", "Storage", "Ledger", "Passwords", "Service",
      ],
      swiftSettings: memorySafe, linkerSettings: compact),
    .executableTarget(
      name: "dompet-wallets",
      dependencies: ["Domain", "JSON", "FastCGI", "Storage", "Ledger", "Service"],
      swiftSettings: memorySafe, linkerSettings: compact),
    .executableTarget(
      name: "dompet-payments",
      dependencies: ["Domain", "JSON", "FastCGI", "Ledger", "Service", "Payments"],
      swiftSettings: memorySafe, linkerSettings: compact),
    .executableTarget(
      name: "dompet-webhook",
      dependencies: ["Domain", "JSON", "Crypto", "FastCGI", "Ledger", "Xendit", "Service"],
      swiftSettings: memorySafe, linkerSettings: compact),

    // The operator's tool.
    .executableTarget(
      name: "dompet",
      dependencies: [
        "Domain", "JSON", "Crypto", "Storage", "HTTPClient", "Passwords", "Schema", "Ledger",
        "Xendit", "XenditAPI", "Service", "Payments",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // A link to that of the Debian package, the one place of the version.
      resources: [.embedInCode("changelog")], swiftSettings: memorySafe),

    // Development only: a stand-in Xendit.
    .executableTarget(
      name: "dompet-sandbox",
      dependencies: ["Domain", "JSON", "Crypto", "FastCGI", "Storage", "HTTPClient"],
      swiftSettings: memorySafe),

    // One test target for each module; then the programs by themselves, behind nginx, and the
    // rules of the house.
    .target(
      name: "Support", path: "Tests/Support", exclude: ["postgresql.bash"], swiftSettings: strict),
    tests("Domain", ["Domain"]),
    tests("JSON", ["Domain", "JSON", "Support"]),
    tests("Crypto", ["Domain", "JSON", "Crypto", "Support"]),
    tests("FastCGI", ["FastCGI"]),
    .executableTarget(
      name: "storage-writer", dependencies: ["Domain", "Storage"], path: "Tests/Storage/Writer",
      swiftSettings: strict),
    // Fills a database, so that `dompet verify` and the benchmark can be measured at any size.
    .executableTarget(
      name: "ledger-seed",
      dependencies: ["Domain", "Crypto", "Storage", "Passwords", "Schema", "Ledger"],
      path: "Tests/Benchmark/Seed", swiftSettings: strict),
    // Single pieces of the product's work in a loop, so that their instructions can be counted.
    .executableTarget(
      name: "benchmark-work",
      dependencies: ["Domain", "JSON", "Crypto", "Storage", "Schema", "Ledger", "Xendit"],
      path: "Tests/Benchmark/Work", swiftSettings: strict),
    tests(
      "Storage",
      [
        "CSQLite", "Domain", "Storage", "Support", "storage-writer",
        .target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
      ],
      exclude: ["Writer"]),
    tests("HTTPClient", ["HTTPClient", "Support"]),
    tests("Passwords", ["Domain", "Passwords", "Support"]),
    tests("Xendit", ["Domain", "JSON", "HTTPClient", "Xendit", "XenditAPI", "Support"]),
    tests("Ledger", ["Domain", "Crypto", "Storage", "Schema", "Ledger", "Support"]),
    tests("Service", ["Crypto", "Domain", "FastCGI", "JSON", "Service"]),
    tests(
      "Payments",
      [
        "Domain", "HTTPClient", "Ledger", "Payments", "Schema", "Service", "Storage", "Support",
        "Xendit", "XenditAPI",
      ]),
    .target(
      name: "Programs", dependencies: ["Crypto", "Domain", "Support"], path: "Tests/Programs",
      swiftSettings: strict),
    tests("Process", ["Crypto", "Domain", "Programs", "Support"], exclude: ["base-backup"]),
    // The money paths under every fault at once, on one thread, so that a seed replays exactly.
    .executableTarget(
      name: "dompet-simulation",
      dependencies: [
        "Domain", "JSON", "Storage", "HTTPClient", "Schema", "Ledger", "Xendit", "XenditAPI",
        "Service", "Payments",
      ],
      path: "Tests/Faults/Simulation", swiftSettings: strict),
    .testTarget(
      name: "FaultTests", dependencies: ["Crypto", "Programs", "Support"], path: "Tests/Faults",
      exclude: ["disk.c", "mutant", "Mutants", "run", "Simulation"], swiftSettings: strict),
    // PostgreSQL servers that are killed and cut off; for programs built with its trait.
    tests(
      "Failover", ["Programs", "Support"],
      exclude: ["cluster", "machines.bash", "patroni.yml"]),
    tests("Sandbox", ["Support"], exclude: ["sdk_session.py"]),
    tests("Stack", ["Support"], exclude: ["alerts.yaml"]),
    tests(
      "Systemd", ["Support"],
      exclude: ["boot.bash", "nginx.conf", "rig.service", "rig.socket", "rig.target"]),
    tests("Package", ["Support"], exclude: ["boot.bash"]),
    tests(
      "OpenAPI", ["Support"],
      exclude: ["Transcripts", "conform.py", "page.py", "schemathesis.toml"]),
    // A person's browser before all of it.
    tests(
      "Browser", ["Support"],
      exclude: [
        "Screenshots", "access.py", "figures.py", "network.py", "payment.py", "people.py",
        "scenarios.py", "sessions.py", "stage.py", "story.py", "words.py",
      ]),
    tests("House", ["Support"]),
  ]
)
