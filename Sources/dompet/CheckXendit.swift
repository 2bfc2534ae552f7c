// Whether Xendit takes the key, and whose money it moves.

import Payments
import Service
import XenditAPI

extension Inspection {
  private static let live = "https://api.xendit.co"

  /// - Parameter provider: nil if the settings do not name it, or it is not to be asked.
  mutating func xendit(
    _ configuration: inout Configuration, _ provider: Provider?, offline: Bool
  ) {
    let url = configuration.text("XENDIT_BASE_URL", or: Inspection.live) ?? ""
    guard
      case .some(.some(let key)) = configuration.optionalSecret("XENDIT_SECRET_KEY", bytesMin: 1)
    else { return }
    kind(of: key, at: url)
    if offline { return }
    guard let provider else { return }
    do throws(XenditFailure) {
      try provider.probe()
      ok("xendit", "\(url) answers and takes the key")
    } catch {
      explain(error, url)
    }
  }

  private mutating func kind(of key: String, at url: String) {
    let isLive = url == Inspection.live || url == Inspection.live + "/"
    if !isLive {
      warning("xendit", "XENDIT_BASE_URL is \(url), not Xendit itself", "Only for development.")
    }
    if key.hasPrefix("xnd_production_") {
      if isLive { return ok("xendit", "the key is a live one: real money") }
      problem("xendit", "the live key would be sent to \(url)", "Use a test key there.")
    } else if key.hasPrefix("xnd_development_") {
      warning(
        "xendit", "the key is a test key: no real money is moved",
        "For real payments use the live key (xnd_production_…).")
    } else {
      warning(
        "xendit", "the key has not the form of Xendit's secret keys",
        "They begin with xnd_production_ or xnd_development_.")
    }
  }

  private mutating func explain(_ failure: XenditFailure, _ url: String) {
    switch failure {
    case .misconfigured(let evidence) where evidence.hasPrefix("401"):
      problem(
        "xendit", "Xendit does not know the key (\(evidence))",
        "Copy it again from the dashboard: dompet init --replace XENDIT_SECRET_KEY.")
    case .misconfigured(let evidence) where evidence.hasPrefix("403"):
      problem(
        "xendit", "the key may not do this (\(evidence))",
        "In the dashboard give it the right to read and write invoices, and allow this address.")
    case .misconfigured(let evidence), .refused(let evidence), .unexpected(let evidence):
      problem("xendit", "\(url) answers \(evidence)", "Is XENDIT_BASE_URL right?")
    case .limited:
      warning("xendit", "Xendit wants fewer requests (429)", "Ask again in a minute.")
    case .unknown(let evidence):
      problem(
        "xendit", "\(url) gives no answer that can be read: \(evidence)",
        "Ask again; see status.xendit.co if it stays so.")
    case .unavailable(let evidence):
      problem(
        "xendit", "\(url) cannot be reached: \(evidence)",
        "Look at the network: name resolution, routes, the firewall for port 443 going out.")
    }
  }
}
