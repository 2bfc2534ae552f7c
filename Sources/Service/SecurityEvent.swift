// What an operator may have to look into: named, so that it can be searched and counted.

import FastCGI
import Logging

/// Something that concerns who may enter. The log gets its name, the request and, where it is
/// known, the user; never what was sent.
public enum SecurityEvent: String, CaseIterable, Sendable {
  case loginSucceeded = "login_succeeded"
  case loginFailed = "login_failed"
  /// Somebody tried to log in to an account that is disabled.
  case accountDisabledUsed = "account_disabled_used"
  /// Too many tries had failed: nothing was looked at.
  case guessLimited = "guess_limited"
  /// A refresh token that had been exchanged came again, so its session was ended.
  case refreshReuse = "refresh_reuse"
  case passwordChanged = "password_changed"
  /// The current password, which a change asks for, was wrong.
  case passwordChangeRefused = "password_change_refused"
  case passwordReset = "password_reset"
  /// A report that claims to be the provider's came without its token.
  case callbackTokenRefused = "callback_token_refused"

  var level: Logger.Level {
    switch self {
    case .loginSucceeded, .loginFailed, .passwordChanged, .passwordReset: .notice
    case .accountDisabledUsed, .guessLimited, .refreshReuse, .passwordChangeRefused,
      .callbackTokenRefused:
      .warning
    }
  }
}

extension Service {
  /// Notes the event, in the log and in the figures.
  /// - Parameter userID: whom it concerns, where that is not who asks.
  public func note(
    _ event: SecurityEvent, _ request: borrowing Request, userID: String? = nil
  ) {
    figures.count(event)
    log.security(event, requestID: request.context.id, userID: userID ?? request.context.userID)
  }
}
