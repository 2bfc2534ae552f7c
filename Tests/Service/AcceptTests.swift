// What a client would rather have, by its Accept.

import FastCGI
import Testing

@testable import Service

@Suite("A client") struct AcceptTests {
  @Test(
    "prefers CSV where its weight is higher than JSON's",
    arguments: [
      "text/csv", "TEXT/CSV", " text/csv ; charset=utf-8", "text/csv;header=present", "text/*",
      "text/csv, application/json;q=0.9", "application/json; q=0.5 , text/csv;q=0.501",
      "*/*;q=0.1, text/csv;q=0.2", "text/csv, */*;q=0.9", "application/json;q=0, */*",
      "application/*;q=0.5, text/csv;q=1.000", "text/csv;q=0.001", ",, text/csv",
    ])
  func csv(accept: String) {
    #expect(prefersCSV("HTTP_ACCEPT=\(accept)"), "\(accept)")
  }

  @Test(
    "gets JSON where it does not say so, or says it unreadably",
    arguments: [
      "", "*/*", "application/json", "application/json, text/csv", "text/csv, */*", "text/html",
      "text/csv;q=0", "text/csv;q=0.000", "text/csv;q=0, text/*", "text/csv;q=0.5, */*",
      "text/csv;q=1.001", "text/csv;q=2", "text/csv;q=-1", "text/csv;q=", "text/csv;q=0.1234",
      "text/csv;q=.5", "text/csv;q=1e0", "text/csvx", "text", "/", "text/csv/x", "*",
      "text/csv;q=\u{0661}", "application/json;q=0.3, text/csv;q=0.2",
    ])
  func json(accept: String) {
    #expect(!prefersCSV("HTTP_ACCEPT=\(accept)"), "\(accept)")
  }

  @Test("gets JSON without an Accept, or with two")
  func count() {
    #expect(!prefersCSV())
    #expect(!prefersCSV("HTTP_ACCEPT=text/csv", "HTTP_ACCEPT=text/csv"))
  }

  private func prefersCSV(_ parameters: String...) -> Bool {
    withRequest(parameters) { $0.prefers("text/csv", to: "application/json") }
  }
}
