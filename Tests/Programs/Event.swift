// What Xendit says of an invoice, as it brings it to the webhook.

/// Xendit's word on an invoice over 50000.
public enum Event {
  public static func paid(invoiceID: String, reference: String) -> Call {
    of("PAID", invoiceID: invoiceID, reference: reference)
  }

  /// - Parameter mark: more members.
  public static func of(
    _ status: String, invoiceID: String, reference: String, mark: String = ""
  ) -> Call {
    Call(
      "POST", "/api/v1/payments/webhooks/xendit",
      headers: [("X-Callback-Token", Site.webhookToken)],
      json: """
        {"id":"\(invoiceID)","external_id":"\(reference)","status":"\(status)","amount":50000,\
        "paid_amount":50000,"currency":"IDR"\(mark)}
        """)
  }
}
