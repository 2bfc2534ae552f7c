// What the commands that change the ledger have in common: who acts and why, what a person typed as
// a value, and how a refusal is told.

import ArgumentParser
import Domain
import Service
import Storage

/// Who acts.
struct OperatorOption: ParsableArguments {
  @Option(
    name: .customLong("operator"), help: "Your name. (default: SUDO_USER, else USER)",
    transform: argument(OperatorName.init))
  var name: OperatorName?

  /// - Throws: `ValidationError` if nobody says who it is.
  func known() throws -> OperatorName {
    if let name { return name }
    var configuration = Configuration.forOperator("dompet")
    let names = ["SUDO_USER", "USER"].map { configuration.text($0, or: "") ?? "" }
    guard let name = try? OperatorName(names.first { !$0.isEmpty } ?? "") else {
      throw ValidationError(
        "Nobody says who you are: neither SUDO_USER nor USER is a name. Give --operator NAME.")
    }
    return name
  }
}

/// Who acts, and why.
struct Act: ParsableArguments {
  @Option(help: "Why; it stays in the ledger.", transform: argument(Reason.init))
  var reason: Reason

  @OptionGroup var who: OperatorOption

  /// - Throws: `ValidationError` if nobody says who it is.
  func decision() throws -> Decision {
    Decision(name: try who.known(), reason: reason)
  }

  /// Opens the ledger and does it, in one transaction. If it is not done, says why on standard
  /// error.
  /// - Parameter missing: what to say where the thing itself is not there.
  static func perform<T: Sendable>(
    _ command: String, missing: String,
    _ body: @escaping @Sendable (any Connection) throws(Refusal) -> T
  ) throws -> T {
    var configuration = Configuration.forOperator(command)
    let database = Service.openForOperator(configuration.finish(configuration.settings()))
    do throws(Refusal) {
      return try database.write(body)
    } catch {
      Terminal.error("\(command): \(explain(error, missing: missing))")
      throw ExitCode(1)
    }
  }

  private static func explain(_ refusal: Refusal, missing: String) -> String {
    let undone = "nothing was changed: "
    return switch refusal {
    case .notFound: undone + missing
    case .conflict(let detail): undone + detail
    case .invalid(let faults): undone + faults.map(\.detail).joined(separator: "; ") + "."
    case .insufficientFunds:
      undone + "the balance would fall below zero. Give --allow-negative if it shall."
    case .idempotencyKeyReused:
      undone + "this key came before with another amount. Use a new key for a new adjustment."
    case .busy(let evidence):
      "the database is busy (\(evidence)). It may or may not have been done: look before you "
        + "repeat it without a key."
    case .broken(let evidence): undone + "\(evidence). Run dompet verify."
    default: undone + "\(refusal)"
    }
  }
}

/// What a person typed, as a value; a mistake is one of usage, exit status 64.
func argument<T>(
  _ parse: @escaping @Sendable (String) throws(Invalid) -> T
) -> @Sendable (String) throws -> T {
  { text in
    do throws(Invalid) {
      return try parse(text)
    } catch {
      throw ValidationError(error.detail)
    }
  }
}
