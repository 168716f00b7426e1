"""Receives web hooks of a running server and verifies them with the reference library of Standard Webhooks.

Usage: interop-webhook.py http://127.0.0.1:PORT  (a demonstration that was started with --subscription-loopback)
"""

import json
import queue
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

base = sys.argv[1]
got = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        got.put((dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()


def act(operation, token=None, **values):
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{base}/api/{operation}", json.dumps(values).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def delivered(*secrets):
    headers, body = got.get(timeout=60)
    for secret in secrets:
        event = Webhook(secret).verify(body, headers)
    assert event["specversion"] == "1.0" and event["id"] == headers["webhook-id"], event
    return headers, body, event


def refused(secret, headers, body):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return
    raise SystemExit("a signature was taken that must not be")


token = act("identity/sign_in", phone="13800000005", password="minshu-yanshi-2026")["token"]
made = act(
    "platform/subscribe",
    token,
    name="interop",
    address=f"http://127.0.0.1:{receiver.server_port}/hooks",
    kinds=["identity.organisation.*"],
)
act("platform/test_subscription", token, subscription=made["subscription"])
headers, body, event = delivered(made["secret"])
assert event["type"] == "platform.subscription.test", event
refused("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, body)
refused(made["secret"], headers, body + b" ")
refused(made["secret"], {**headers, "webhook-id": "other"}, body)

new = act("platform/rotate_subscription_secret", token, subscription=made["subscription"])["secret"]
added = act("identity/add_organisation", token, kind="department", name="互通试验局", division="350102")
headers, body, event = delivered(made["secret"], new)
assert event["type"] == "identity.organisation.added", event
assert event["data"]["organisation"] == added["organisation"], event
assert event["subject"] == f"identity.organisation:{added['organisation']}", event
act("platform/unsubscribe", token, subscription=made["subscription"])
print("web hooks: a test and an event were verified, with both secrets after a rotation")
