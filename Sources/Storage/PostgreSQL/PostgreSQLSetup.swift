// How every connection is opened and set up.

#if PostgreSQL
  import CPostgreSQL
  import Domain
  import Glibc

  extension PostgreSQLConnection {
    /// The oldest server that ends the statements of clients who went, and whose clients we have
    /// tried.
    private static let serverVersionMin: Int32 = 140_000

    /// Blocks for `Limits.connectSeconds` for each address of each host.
    /// - Parameter kind: which servers will do, in libpq's words (target_session_attrs).
    static func connect(
      _ url: ServerURL, to kind: String = "read-write"
    ) throws(Refusal) -> OpaquePointer {
      // What comes before the URL, it may say otherwise; what comes after, it may not.
      let parameters: [(String, String)] = [
        ("target_session_attrs", kind), ("fallback_application_name", "dompet"),
        ("dbname", url.text), ("client_encoding", "UTF8"),
        ("connect_timeout", "\(Limits.connectSeconds)"), ("keepalives", "1"),
        ("keepalives_idle", "\(Limits.keepaliveIdleSeconds)"),
        ("keepalives_interval", "\(Limits.keepaliveProbeSeconds)"),
        ("keepalives_count", "\(Limits.keepaliveProbes)"),
        ("tcp_user_timeout", "\(Limits.unacknowledgedMilliseconds)"),
      ]
      guard url.isUnderstood else { throw .broken(evidence: "libpq cannot read the URL") }
      let connection = withCStrings(parameters.map(\.0)) { names in
        withCStrings(parameters.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
      }
      guard let connection else { throw .busy(evidence: "no memory for a connection") }
      guard PQstatus(connection) == CONNECTION_OK else {
        defer { PQfinish(connection) }
        let message = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        throw .busy(evidence: "PostgreSQL: \(url.withoutSecrets(message))")
      }
      return connection
    }

    /// Notices come here instead of to standard error. libpq calls back on the thread that uses
    /// the connection, and never after it is closed.
    func listen() {
      let this = Unmanaged.passUnretained(self).toOpaque()
      PQsetNoticeReceiver(
        handle,
        { this, result in
          guard let this, let result else { return }
          let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V")))
          guard let severity, strcmp(severity, "WARNING") == 0 else { return }
          let text = PQresultErrorField(result, Int32(UInt8(ascii: "M")))
          let connection = Unmanaged<PostgreSQLConnection>.fromOpaque(this).takeUnretainedValue()
          connection.warning = text.map { String(cString: $0) } ?? "a warning"
        }, this)
    }

    /// What each connection demands, and why:
    /// - times after which the server itself ends what its client has given up;
    /// - warnings, since a COMMIT that was not replicated says so by one;
    /// - no writing where only reading is meant, be it in a single statement.
    func setUp(_ mode: OpeningMode) throws(Refusal) {
      guard PQserverVersion(handle) >= Self.serverVersionMin else {
        throw .broken(evidence: "PostgreSQL \(PQserverVersion(handle)) is older than 14")
      }
      deadline = .seconds(Limits.connectSeconds)
      defer { deadline = nil }
      let isPatient = purpose == .reading && mode == .single
      let seconds =
        switch purpose {
        case .reading: isPatient ? 0 : Limits.serverReadSeconds
        case .writing: Limits.writeSeconds
        case .migrating: Limits.startSeconds
        }
      try execute(
        """
        SELECT set_config('statement_timeout', $1, false),
          set_config('lock_timeout', $1, false),
          set_config('idle_in_transaction_session_timeout', $1, false),
          set_config('client_connection_check_interval', $2, false),
          set_config('client_min_messages', 'warning', false),
          set_config('bytea_output', 'hex', false),
          set_config('default_transaction_read_only', $3, false)
        """,
        [
          .text("\(seconds * 1000)"), .text("\(Limits.clientCheckMilliseconds)"),
          .text(purpose == .reading ? "on" : "off"),
        ])
    }

    /// Whether the server has closed it meanwhile, or said anything else that bodes ill.
    var isStale: Bool {
      guard Patience.awaitInput(PQsocket(handle), until: .seconds(0)) else { return false }
      return PQconsumeInput(handle) == 0 || PQstatus(handle) != CONNECTION_OK || isStillReadable
    }

    /// Data that was there has been read by now: what is still to be read is the end.
    private var isStillReadable: Bool {
      Patience.awaitInput(PQsocket(handle), until: .seconds(0))
    }
  }

  enum Patience {
    /// Whether there is something to be read, or the connection broke; false at the deadline.
    static func awaitInput(_ descriptor: Int32, until deadline: Deadline?) -> Bool {
      var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while true {
        let count = poll(&look, 1, deadline.map(\.remainingMilliseconds) ?? -1)
        if count > 0 { return true }
        if count == 0 { return false }
        // A signal; anything else the next call will tell.
        if errno != EINTR { return true }
      }
    }
  }

  extension ServerURL {
    /// Whether libpq can read it. Its own words about that quote the URL, password and all.
    var isUnderstood: Bool {
      guard let options = PQconninfoParse(text, nil) else { return false }
      PQconninfoFree(options)
      return true
    }

    /// Whether a failed connection is worth another try: none of the hosts answers, or one of
    /// several may yet become the one that takes writes. A lone server that answers means its no.
    var mayComeBack: Bool {
      let hosts = description.split(separator: "/").dropFirst().first ?? ""
      if hosts.contains(",") { return true }
      return withCStrings(["dbname", "connect_timeout"]) { names in
        withCStrings([text, "\(Limits.connectSeconds)"]) { values in
          PQpingParams(names, values, 1) != PQPING_OK
        }
      }
    }

    /// libpq's words on one line, unless they hold a secret.
    func withoutSecrets(_ message: String) -> String {
      guard let options = PQconninfoParse(text, nil) else { return "the URL cannot be read" }
      defer { PQconninfoFree(options) }
      var option = options
      while let name = option.pointee.keyword {
        if ["password", "sslpassword"].contains(String(cString: name)),
          let value = option.pointee.val, strlen(value) > 0, strstr(message, value) != nil
        {
          return "no connection, for a reason that quotes the password"
        }
        option += 1
      }
      return message.split(separator: "\n").joined(separator: "; ")
    }
  }

  /// The strings as C has them, and NULL after the last.
  private func withCStrings<T>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
  ) -> T {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { buffer in
      withExtendedLifetime(buffer) { body(buffer.baseAddress.unsafelyUnwrapped) }
    }
  }
#endif
