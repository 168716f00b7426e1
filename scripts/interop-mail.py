"""A mail server of others (aiosmtpd) takes what Minshu sends: whole, once, in both forms, and stopped with one click.

Started with the program's path; makes its own folder, settings and server.
"""

import email
import email.policy
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from aiosmtpd.controller import Controller


class Mailbox:
    """Keeps every mail; says 550 of one address, and nothing at all while it is down."""

    def __init__(self):
        self.mails = []
        self.lock = threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    def until(self, number, seconds=30):
        end = time.time() + seconds
        while time.time() < end:
            with self.lock:
                if len(self.mails) >= number:
                    return list(self.mails)
            time.sleep(0.1)
        raise SystemExit(f"{len(self.mails)} mails of {number} came")


def main(program):
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=0, server_hostname="mail.example")
    # aiosmtpd asks its own port once it listens, so a free one is found first.
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    server.start()
    folder = tempfile.mkdtemp()
    settings = os.path.join(folder, "minshu.toml")
    with open(settings, "w") as file:
        file.write(
            f'[messaging.email]\nserver = "127.0.0.1"\nport = {server.port}\nencryption = "none"\n'
            'from = "闽枢 <notice@minshu.example>"\nsite = "https://minshu.example"\n'
        )
    process = subprocess.Popen(
        [program, "serve", "--demonstration", "--subscription-loopback", "--settings", settings,
         "--listen", "127.0.0.1:0", "--data", os.path.join(folder, "data")],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    try:
        address = next(line.split()[-1] for line in process.stdout if line.startswith("listening on "))
        threading.Thread(target=lambda: [None for _ in process.stdout], daemon=True).start()
        story(address, box)
    finally:
        process.terminate()
        process.wait()
        server.stop()


def call(address, token, operation, body):
    request = urllib.request.Request(
        f"{address}/api/{operation.replace('.', '/')}",
        json.dumps(body).encode(),
        {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def ask(address, token, operation):
    request = urllib.request.Request(
        f"{address}/api/{operation.replace('.', '/')}", headers={"authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def story(address, box):
    sign_in = {"phone": "13800000001", "password": "minshu-yanshi-2026"}
    token = call(address, None, "identity.sign_in", sign_in)["token"]
    never = {"sms": [], "email": ["progress", "act"], "quiet_from": 0, "quiet_until": 0}
    call(address, token, "messaging.set_preferences", never)
    call(address, token, "messaging.claim_mail", {"mail": "lin@example.com"})
    code = box.until(1)[0]
    assert code["to"] == "lin@example.com" and code["auto-submitted"] == "auto-generated", code
    assert "List-Unsubscribe" not in code, "codes cannot be stopped"
    kinds = [part.get_content_type() for part in code.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"], kinds
    plain = code.get_body(("plain",)).get_content()
    page = code.get_body(("html",)).get_content()
    digits = re.search(r"\b\d{6}\b", plain).group()
    assert digits in page and "<html" in page
    call(address, token, "messaging.prove_mail", {"code": digits})
    print("a code came as text and page; the address is proved")

    # The other way round: an address that its server does not know is marked.
    time.sleep(61)
    call(address, token, "messaging.claim_mail", {"mail": "nobody@example.com"})
    end = time.time() + 20
    while not ask(address, token, "messaging.preferences")["claim"]["bad"]:
        assert time.time() < end, "the bounce is not noted"
        time.sleep(0.2)
    print("550 5.1.1 marks the address")

    ids = [mail["message-id"] for mail in box.mails]
    assert len(ids) == len(set(ids)), ids


if __name__ == "__main__":
    main(sys.argv[1])
