"""Xendit's official Python SDK against the sandbox, unchanged. Prints `ok` when all is right.

Usage: sdk_session.py URL SECRET_KEY
"""

import sys
from datetime import datetime, timedelta, timezone

import xendit
from xendit.apis import InvoiceApi
from xendit.invoice.model.create_invoice_request import CreateInvoiceRequest
from xendit.invoice.model.invoice_status import InvoiceStatus

url, key = sys.argv[1:]


def api(secret):
    configuration = xendit.Configuration(host=url, api_key=secret)
    return InvoiceApi(xendit.ApiClient(configuration))


def refusal(call):
    try:
        call()
    except xendit.XenditSdkException as error:
        return int(error.status), error.errorCode
    raise SystemExit("the call was not refused")


invoices = api(key)
wanted = CreateInvoiceRequest(
    external_id="sdk-1", amount=50000.0, description="From the SDK", invoice_duration=3600.0,
    payer_email="payer@example.com", currency="IDR", metadata={"wallet": "w1"},
    success_redirect_url="https://shop.example/ok")
created = invoices.create_invoice(wanted)
assert created.amount == 50000 and str(created.status) == "PENDING", created
assert created.expiry_date - created.created == timedelta(hours=1), created

read = invoices.get_invoice_by_id(created.id)
assert read.external_id == "sdk-1" and read.invoice_url.endswith(created.id), read

found = invoices.get_invoices(external_id="sdk-1")
assert [invoice.id for invoice in found] == [created.id], found

second = invoices.create_invoice(CreateInvoiceRequest(external_id="sdk-2", amount=20000.0))
hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
listed = invoices.get_invoices(
    statuses=[InvoiceStatus("PENDING"), InvoiceStatus("PAID")], limit=1.0,
    created_after=hour_ago)
assert [invoice.id for invoice in listed] == [second.id], listed
rest = invoices.get_invoices(limit=10.0, last_invoice=second.id)
assert [invoice.id for invoice in rest] == [created.id], rest

expired = invoices.expire_invoice(created.id)
assert str(expired.status) == "EXPIRED", expired

assert refusal(lambda: invoices.expire_invoice(created.id)) == (404, "INVOICE_NOT_FOUND_ERROR")
assert refusal(lambda: invoices.get_invoice_by_id("0" * 24)) == (404, "INVOICE_NOT_FOUND_ERROR")
assert refusal(lambda: api("xnd_wrong").get_invoices()) == (401, "INVALID_API_KEY")
small = CreateInvoiceRequest(external_id="sdk-3", amount=1.0)
assert refusal(lambda: invoices.create_invoice(small)) == (400, "MINIMAL_TRANSFER_AMOUNT_ERROR")
faulty = CreateInvoiceRequest(external_id="", amount=50000.0)
assert refusal(lambda: invoices.create_invoice(faulty)) == (400, "API_VALIDATION_ERROR")
print("ok")
