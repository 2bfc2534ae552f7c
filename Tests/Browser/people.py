"""People with wallets, as the API knows them: what a page shows is held against it."""

import json
import secrets
import time
import urllib.error
import urllib.request


def call(method, url, body=None, headers=()):
    """Asks with JSON and gives the JSON that is answered; None where there is none."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, dict(headers), method=method)
    if data:
        asked.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(asked, timeout=30) as answer:
        content = answer.read()
    return json.loads(content) if content else None


class Person:
    def __init__(self, url, name=None, is_new=True, **facts):
        self.api = url + "/api/v1"
        self.username = facts.get("username") or "u" + secrets.token_hex(6)
        self.password = facts.get("password") or "kuda besar " + secrets.token_hex(6)
        self.email = self.username + "@example.com"
        if is_new:
            call("POST", self.api + "/auth/register", {
                "email": self.email, "username": self.username, "password": self.password,
                "name": name})
        self.session = self.log_in(self.password)

    def log_in(self, password):
        return call("POST", self.api + "/auth/login",
                    {"username": self.username, "password": password})

    def ask(self, method, path, body=None, key=None):
        headers = {"Authorization": "Bearer " + self.session["accessToken"]}
        if key:
            headers["Idempotency-Key"] = key
        return call(method, self.api + path, body, headers)

    def balance(self):
        return self.ask("GET", "/wallets/me")["balance"]

    def top_ups(self):
        return self.ask("GET", "/payments/wallet-top-ups")["items"]

    def movements(self):
        """The amounts that the history has, newest first."""
        items = self.ask("GET", "/wallets/me/transactions")["items"]
        return [item["amount"] for item in items]

    def send(self, to, amount, description=None):
        body = {"to": to.username, "amount": amount, "description": description}
        return self.ask("POST", "/wallets/transfers", body, key=secrets.token_hex(8))

    def end_other_sessions(self):
        """Ends all sessions but this one: those of the browser."""
        for item in self.ask("GET", "/auth/sessions")["items"]:
            if not item.get("current"):
                self.ask("DELETE", "/auth/sessions/" + item["id"])

    def receive(self, stage, amount):
        """Money that is there: a top-up, paid at the provider without a page."""
        made = self.ask("POST", "/payments/wallet-top-ups", {"amount": amount},
                        key=secrets.token_hex(8))
        for invoice in stage.invoices(made):
            stage.control("POST", "invoices/" + invoice["id"], {"status": "PAID"})
        return made

    def guess(self, times):
        """So many wrong passwords, each as soon as it is let through."""
        wrong = 0
        while wrong < times:
            try:
                self.log_in("not this one")
            except urllib.error.HTTPError as error:
                wrong += error.code == 401
                time.sleep(int(error.headers.get("Retry-After") or 0))
