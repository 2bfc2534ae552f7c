// Access tokens in both directions against PyJWT, an implementation by other hands.

import Crypto
import Domain
import Support
import Testing

@Suite("PyJWT", .enabled(if: Python.isInstalled, Vectors.missing))
struct PyJWTTests {
  @Test("PyJWT reads what we sign, kid and all")
  func reads() throws {
    let claims = AccessClaims.make()
    let token = try JWTKeys.make().sign(claims)
    let script = """
      import json, jwt, sys
      token, secret = sys.argv[1:]
      required = ["iss", "sub", "username", "role", "sid", "iat", "exp", "jti"]
      options = {"require": required, "verify_exp": False, "verify_iat": False}
      claims = jwt.decode(token, secret, algorithms=["HS256"], issuer="dompet", options=options)
      assert sorted(claims) == sorted(required)
      print(json.dumps(jwt.get_unverified_header(token), sort_keys=True))
      for name in ["sub", "username", "role", "sid", "iat", "exp", "jti"]:
          print(claims[name])
      """
    let printed = try lines(from: Python.interpreter, ["-c", script, token, secretText])
    #expect(printed[0] == #"{"alg": "HS256", "kid": "\#(Forge.keyID)", "typ": "JWT"}"#)
    #expect(
      Array(printed.dropFirst()) == [
        claims.subject, claims.username, claims.role, claims.sessionID,
        "\(claims.issuedAt.seconds)", "\(claims.expiresAt.seconds)", claims.tokenID,
      ])
  }

  @Test("we read what PyJWT signs, however it orders the header")
  func signs() throws {
    let tokens = try signedByPyJWT([
      "algorithm='HS256', sort_headers=True", "algorithm='HS256', sort_headers=False",
    ])
    #expect(tokens[0] != tokens[1])
    for token in tokens {
      #expect(try JWTKeys.make().verify(token, at: now) == .make())
    }
  }

  @Test("we refuse what PyJWT signs with another algorithm or none")
  func refuses() throws {
    let tokens = try signedByPyJWT([
      "algorithm='HS384'", "algorithm='HS512'", "algorithm='none'",
    ])
    for token in tokens {
      #expect(try JWTKeys.make().verify(token, at: now) == nil)
    }
  }

  /// The tokens that PyJWT makes of our claims and `kid`, one for each list of arguments.
  private func signedByPyJWT(_ arguments: [String]) throws -> [String] {
    let claims = AccessClaims.make()
    let script = """
      import jwt, sys
      sub, username, role, sid, iat, exp, jti, kid, secret = sys.argv[1:]
      claims = {"jti": jti, "exp": int(exp), "iat": int(iat), "sid": sid, "role": role,
                "username": username, "sub": sub, "iss": "dompet"}
      def sign(**arguments):
          key = None if arguments["algorithm"] == "none" else secret
          print(jwt.encode(claims, key, headers={"kid": kid}, **arguments))
      \(arguments.map { "sign(\($0))" }.joined(separator: "\n"))
      """
    return try lines(
      from: Python.interpreter,
      [
        "-c", script, claims.subject, claims.username, claims.role, claims.sessionID,
        "\(claims.issuedAt.seconds)", "\(claims.expiresAt.seconds)", claims.tokenID, Forge.keyID,
        secretText,
      ])
  }
}
