// dompet-sandbox: a stand-in Xendit for development and tests. A FastCGI program whose listener is
// descriptor 0, behind nginx under /sandbox. It shares no code with the client that it is held
// against. Nothing of it belongs on a machine that takes real money.
//
//   POST   /sandbox/v2/invoices[/]           create an invoice
//   GET    /sandbox/v2/invoices[/]           look up (?external_id=) or list (paging, filters)
//   GET    /sandbox/v2/invoices/{id}         read one
//   POST   /sandbox/invoices/{id}/expire!    expire one
//   GET    /sandbox/web/{id}                 the payer's page; /sandbox/style.css dresses it
//   POST   /sandbox/web/{id}/pay             its three buttons, with the `channel` that was chosen;
//   POST   /sandbox/web/{id}/fail            all answer 303 back to the page
//   POST   /sandbox/web/{id}/expire
//   GET    /sandbox/control/invoices         the truth: every invoice (Control.swift)
//   POST   /sandbox/control/invoices/{id}    pay, settle or expire one and send its webhook
//   GET    /sandbox/control/webhooks         every webhook: tries, last answer, next try
//   GET PUT DELETE /sandbox/control/faults   what goes wrong next (Faults.swift)
//   GET PUT DELETE /sandbox/control/switches what is not known of Xendit (Switches.swift)

import Domain
import FastCGI
import Storage

@main
enum Program {
  static func main() {
    leave(run())
  }
}

/// From the environment to the exit status: 78 (EX_CONFIG of sysexits.h) for what an operator
/// has to mend.
func run() -> Int32 {
  do {
    let settings = try Settings(environment: environmentVariable)
    let sandbox = try Sandbox(settings: settings)
    startThread { sandbox.deliverForEver() }
    let server = Server(threads: settings.threads, bodyBytesMax: 1 << 20) { request in
      serve(request, sandbox)
    }
    return server.run()
  } catch let mistakes as Settings.Mistakes {
    mistakes.lines.forEach(writeLog)
  } catch {
    writeLog("cannot open the database: \(error)")
  }
  return 78
}

/// A request's life: where it comes from, which route it takes, what it is answered.
func serve(_ request: borrowing Request, _ sandbox: Sandbox) -> Response {
  guard sandbox.settings.serves(address: request.parameter("REMOTE_ADDR")) else {
    return APIError.forbidden.response
  }
  let path = segments(ofPath: request.parameter("DOCUMENT_URI") ?? "")
  let candidates = routes.filter { $0.matches(path) }
  guard !candidates.isEmpty else { return APIError.noSuchPath.response }
  let method = request.parameter("REQUEST_METHOD") ?? ""
  guard let route = candidates.first(where: { $0.serves(method) }) else {
    return APIError.methodNotAllowed(candidates.map(\.method)).response
  }
  let call = Call(request, id: route.id(in: path), now: currentTime())
  do throws(Refusal) {
    try sandbox.expireWhatIsDue(at: call.now)
    return try route.answer(sandbox, call)
  } catch {
    writeLog("\(method) /\(path.joined(separator: "/")): \(error)")
    return APIError.broken.response
  }
}

/// The table of the header comment, in its order.
let routes: [Route] = [
  Route("POST", "sandbox/v2/invoices") { sandbox, call throws(Refusal) in
    try sandbox.create(call)
  },
  Route("GET", "sandbox/v2/invoices") { sandbox, call throws(Refusal) in
    try sandbox.list(call)
  },
  Route("GET", "sandbox/v2/invoices/{id}") { sandbox, call throws(Refusal) in
    try sandbox.read(call)
  },
  Route("POST", "sandbox/invoices/{id}/expire!") { sandbox, call throws(Refusal) in
    try sandbox.expire(call)
  },
  Route("GET", "sandbox/web/{id}") { sandbox, call throws(Refusal) in
    try sandbox.payerPage(call)
  },
  Route("GET", "sandbox/style.css") { _, _ in .stylesheet },
  Route("POST", "sandbox/web/{id}/pay") { sandbox, call throws(Refusal) in
    try sandbox.pressPay(call)
  },
  Route("POST", "sandbox/web/{id}/fail") { sandbox, call throws(Refusal) in
    try sandbox.pressFail(call)
  },
  Route("POST", "sandbox/web/{id}/expire") { sandbox, call throws(Refusal) in
    try sandbox.pressExpire(call)
  },
  Route("GET", "sandbox/control/invoices") { sandbox, call throws(Refusal) in
    try sandbox.showTruth(call)
  },
  Route("POST", "sandbox/control/invoices/{id}") { sandbox, call throws(Refusal) in
    try sandbox.setStatus(call)
  },
  Route("GET", "sandbox/control/webhooks") { sandbox, call throws(Refusal) in
    try sandbox.showWebhooks(call)
  },
  Route("GET", "sandbox/control/faults") { sandbox, _ in sandbox.showFaults() },
  Route("PUT", "sandbox/control/faults") { sandbox, call in sandbox.setFaults(call) },
  Route("DELETE", "sandbox/control/faults") { sandbox, _ in sandbox.clearFaults() },
  Route("GET", "sandbox/control/switches") { sandbox, _ in sandbox.showSwitches() },
  Route("PUT", "sandbox/control/switches") { sandbox, call in sandbox.setSwitches(call) },
  Route("DELETE", "sandbox/control/switches") { sandbox, _ in sandbox.clearSwitches() },
]
