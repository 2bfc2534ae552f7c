// What can go wrong at Xendit, one case each: a fault of the sandbox on one of its calls.

struct Trouble: Sendable {
  enum Place: String, CaseIterable, Sendable {
    case create, get, list, expire, webhook
  }

  let place: Place
  let mode: String
  var status: Int?
  var seconds = 1

  /// As the sandbox wants it.
  var rule: String {
    let status = status.map { #","status":\#($0)"# } ?? ""
    return
      #"{"on":"\#(place.rawValue)","mode":"\#(mode)","seconds":\#(seconds),"times":1\#(status)}"#
  }

  /// Whether Xendit refuses for good what it is asked for.
  var isRefusal: Bool { mode == "status" && [400, 404].contains(status) }

  /// Whether the call is done, and its answer understood in time.
  var isHarmless: Bool {
    mode == "list_lag" || (mode == "slow" && seconds < Self.longSeconds)
  }

  /// More than the programs wait for Xendit.
  private static let longSeconds = 13

  static func all(on place: Place) -> [Trouble] {
    let ways = ["reset", "slow", "garbage", "html", "huge", "lost_answer"].map {
      Trouble(place: place, mode: $0)
    }
    if place == .webhook {
      return ways + [Trouble(place: place, mode: "status", status: 500)]
        + [Trouble(place: place, mode: "late")]
    }
    let statuses = [301, 400, 401, 403, 404, 409, 429, 500, 503].map {
      Trouble(place: place, mode: "status", status: $0)
    }
    let more =
      switch place {
      case .create, .expire: [Trouble(place: place, mode: "late")]
      case .list: [Trouble(place: place, mode: "list_lag", seconds: 600)]
      case .get, .webhook: [Trouble]()
      }
    // Those that take longest first.
    return [
      Trouble(place: place, mode: "slow", seconds: longSeconds),
      Trouble(place: place, mode: "drip"),
    ] + statuses + ways + more
  }
}
