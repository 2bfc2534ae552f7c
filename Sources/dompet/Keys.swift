// dompet keys: replaces the secret that signs access tokens, or Xendit's callback token, without
// refusing anybody meanwhile.
//
// Every program accepts the secret and its predecessor, and knows them from its start on. So the
// programs that only verify tokens must know the new secret before dompet-auth signs with it: they
// are restarted first, dompet-auth last. (Where dompet-auth restarts by itself in between, its
// tokens are refused by the others until they are restarted.)

import ArgumentParser
import Domain
import Service

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replaces a secret, with a time in which the old one is still good.",
    subcommands: [Rotate.self, Finish.self])

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case jwt, webhook

    var secret: Secret { self == .jwt ? .jwt : .webhookToken }
    var restart: String {
      self == .webhook
        ? "systemctl restart dompet-webhook"
        : "systemctl restart dompet-wallets dompet-payments && systemctl restart dompet-auth"
    }
  }

  struct Options: ParsableArguments {
    @Argument(help: "jwt, which signs access tokens, or webhook, Xendit's callback token.")
    var kind: Kind

    @OptionGroup var consent: Consent

    @Option(help: "Where the secrets' folder lies. (default: as for dompet init)")
    var directory: String?

    var installation: Installation { Installation(folder: directory) }

    func stop(_ reason: String) -> ExitCode {
      Terminal.error("dompet keys: \(reason)")
      return ExitCode(1)
    }

    func withFiles(_ body: () throws -> Void) throws {
      do {
        try body()
      } catch let failure as LocalFiles.Failure {
        throw stop("\(failure.text). Run this as root.")
      }
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Puts a new secret beside the present one, which stays good until keys finish.",
      discussion: """
        jwt: the new secret is made here. webhook: Xendit's dashboard makes it; type it when you \
        are asked, or pass it on standard input. It may be ended at any moment and done again.
        """)

    @OptionGroup var options: Options

    func run() throws {
      try options.withFiles {
        let (installation, secret) = (options.installation, options.kind.secret)
        let previousPath = installation.previousPath(of: secret)
        guard let present = try installation.value(of: secret) else {
          throw options.stop(
            "there is no \(installation.path(of: secret)). dompet init makes it; a secret that "
              + "comes from the environment is yours to replace.")
        }
        // The same twice is what is left where this was ended half-way.
        if let previous = try installation.value(at: previousPath), previous != present {
          throw options.stop(
            "a rotation is under way: \(previousPath) is there. First: "
              + "dompet keys finish \(options.kind.rawValue)")
        }
        try options.consent.obtain("Replace \(secret.rawValue)?")
        let new = try newValue(of: secret)
        guard new != present else { throw options.stop("that is the present one.") }
        // In this order: at no moment is the present secret in neither file.
        try installation.write(present, to: previousPath)
        try installation.write(new, to: installation.path(of: secret))
        print(options.kind == .jwt ? whatIsNextForTokens : whatIsNextForWebhooks)
      }
    }

    private func newValue(of secret: Secret) throws -> String {
      if options.kind == .jwt { return Secret.generated() }
      let value = try Keyboard.secret("The new callback token (not shown): ") ?? ""
      if let mistake = secret.mistake(in: value) { throw options.stop(mistake) }
      return value
    }

    private var whatIsNextForTokens: String {
      """
      done: both secrets are accepted by every program that starts from now on. Now, in this order:
        \(options.kind.restart)
      Then dompet-auth signs with the new one. When JWT_ACCESS_EXPIRES_IN (900 s unless set) has \
      passed since, no token of the old one is left:
        dompet keys finish jwt
      """
    }

    private var whatIsNextForWebhooks: String {
      """
      done. Now:
        \(options.kind.restart)
      Then both tokens are accepted. When Xendit's dashboard shows the new one and its deliveries \
      are answered with 200:
        dompet keys finish webhook
      """
    }
  }

  struct Finish: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends the time in which the old secret is good.")

    @OptionGroup var options: Options

    func run() throws {
      try options.withFiles {
        let (installation, secret) = (options.installation, options.kind.secret)
        let previousPath = installation.previousPath(of: secret)
        guard let previous = try installation.value(at: previousPath) else {
          print("nothing to do: no rotation of \(secret.rawValue) is under way")
          return
        }
        guard let present = try installation.value(of: secret), present != previous else {
          throw options.stop(
            "the rotation was ended half-way. First: dompet keys rotate \(options.kind.rawValue)")
        }
        if options.kind == .jwt, !options.consent.yes { try awaitExpiry(installation) }
        try options.consent.obtain("Refuse the old \(secret.rawValue) from now on?")
        try LocalFiles.remove(previousPath)
        print("done. Now, in any order:\n  \(options.kind.restart)")
      }
    }

    /// The earliest end: had dompet-auth been restarted at once.
    private func awaitExpiry(_ installation: Installation) throws {
      var configuration = Configuration.forOperator("dompet keys")
      let expiry = configuration.finish(configuration.accessLifetimeSeconds())
      let begin = LocalFiles.status(installation.path(of: .jwt))?.modifiedSeconds ?? 0
      let end = Timestamp(microseconds: 0).adding(seconds: begin).adding(seconds: expiry)
      if World.real.now() < end {
        throw options.stop(
          "tokens of the old secret may be good until \(end.rfc3339). Wait, or give --yes.")
      }
    }
  }
}
