// Who asked for an invoice, and whether it was right to: an invoice too many is one that somebody
// may pay for nothing.

/// What a program is doing for somebody, from the request to the answer.
final class Operation {
  /// The step in which it began.
  let begin: Int
  /// The latest look-up by each reference.
  var lookUps: [String: LookUp] = [:]
  var hasCreated = false
  /// Whether a judgement was made to fail in it; storing that must not fail too.
  var hasFailedJudgement = false

  init(begin: Int) { self.begin = begin }
}

/// What a look-up showed, and when.
struct LookUp {
  let step: Int
  let shown: [Int]
}

/// Every create that was asked for.
final class Creations {
  private var steps: [String: [Int]] = [:]

  /// Notes a create, and finds fault with one that did not look first, or that another went beside.
  ///
  /// While the wall clock jumps a lease may end early: then two may go side by side.
  func check(_ call: Call, by operation: Operation?, in episode: Episode) {
    guard call.kind == .create, let operation else { return }
    let lookUp = operation.lookUps[call.subject]
    let since = lookUp?.step ?? operation.begin
    for earlier in steps[call.subject] ?? [] {
      if earlier > since {
        guard episode.profile.clockJumpMilliseconds == nil else { continue }
        episode.found("two asked for an invoice of \(call.subject) at once")
      } else if lookUp == nil {
        episode.found("an invoice of \(call.subject) was asked for again without looking first")
      } else if lookUp?.shown.isEmpty == false {
        episode.found("an invoice of \(call.subject) was asked for though one was found")
      }
    }
    steps[call.subject, default: []].append(episode.steps)
    operation.hasCreated = true
  }
}
