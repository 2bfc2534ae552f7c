// Many statements on one way to the server and back.

#if PostgreSQL
  import CPostgreSQL
  import Domain

  extension PostgreSQLConnection {
    /// Each is sent before the one before is answered: libpq's pipeline mode
    /// (https://www.postgresql.org/docs/15/libpq-pipeline-mode.html). After one that failed, the
    /// server runs none.
    func executeAll(_ commands: [Command]) throws(Refusal) {
      var ready: [(name: String, parameters: PostgreSQLParameters)] = []
      for command in commands { ready.append(try prepared(command.sql, command.values)) }
      guard PQenterPipelineMode(handle) == 1 else { throw lost("statements cannot be sent now") }
      for (name, parameters) in ready {
        guard parameters.send(to: name, on: handle) else {
          throw lost("one of many statements could not be sent")
        }
      }
      guard PQpipelineSync(handle) == 1 else { throw lost("statements could not be sent whole") }
      let refusal = try receiveAnswers(to: commands)
      guard PQexitPipelineMode(handle) == 1 else { throw lost("more answers than statements") }
      if let refusal { throw refusal }
    }

    /// - Returns: the refusal of the one that failed. Those after it were not run.
    private func receiveAnswers(to commands: [Command]) throws(Refusal) -> Refusal? {
      var refusal: Refusal?
      var place = 0
      while place <= commands.count {
        // Nothing more is said of this one.
        guard let result = try nextResult() else {
          place += 1
          continue
        }
        switch result.status {
        case PGRES_PIPELINE_SYNC: return refusal
        case PGRES_PIPELINE_ABORTED: break
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
          if result.changes > 0 { hasWritten = true }
        case PGRES_FATAL_ERROR where refusal == nil:
          let sql = place < commands.count ? commands[place].sql.description : "a pipeline's end"
          refusal = fail(PostgreSQLFailure(result, isWriting: purpose != .reading, sql: sql))
          if isLost, let refusal { throw refusal }
        case PGRES_FATAL_ERROR: break
        default: throw lost("result of an unexpected kind \(result.status.rawValue)")
        }
      }
      throw lost("fewer answers than statements")
    }
  }
#endif
