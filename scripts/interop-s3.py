"""Objects in an S3 server of others (moto): two servers on one PostgreSQL database share a bucket; a file sent to one is read
at the other; a server that dies between the store and the record leaves nothing behind but what a sweep takes away; a
back-up takes the bucket along and is restored into another place of it.

Usage: interop-s3.py <the program>, with MINSHU_TEST_POSTGRES in the environment (scripts/with-postgres).
"""

import hashlib
import http.client
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from moto.server import ThreadedMotoServer

PASSWORD = "a password of this test"
NUMBERS = {1: "350102195003070022", 2: "350111198308305339"}


class Between(BaseHTTPRequestHandler):
    """Hands everything on to the store. On demand it kills the server once its object is stored, before it is told so,
    and says of every object that it is two days old."""

    protocol_version = "HTTP/1.1"
    store = None
    victim = None
    aged = False
    stored = 0

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        line = http.client.HTTPConnection("127.0.0.1", Between.store, timeout=30)
        line.request(self.command, self.path, body, dict(self.headers))
        answer = line.getresponse()
        said = answer.read()
        if self.command == "PUT" and "/sha256/" in self.path:
            Between.stored += 1
            if Between.victim:
                os.kill(Between.victim, signal.SIGKILL)
                Between.victim = None
                self.close_connection = True
                return
        if Between.aged and b"<ListBucketResult" in said:
            old = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 2 * 86_400))
            said = re.sub(rb"<LastModified>[^<]*", b"<LastModified>" + old.encode(), said)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "server", "date"):
                self.send_header(name, value)
        length = answer.getheader("content-length") if self.command == "HEAD" else str(len(said))
        self.send_header("content-length", length or "0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on

    def log_message(self, *_):
        pass


class Servers:
    def __init__(self, program, folder, endpoint):
        self.program, self.folder = program, folder
        self.environment = {
            **os.environ,
            "MINSHU_LOG": "error",
            "MINSHU_PACKS": "packs",
            "MINSHU_KEY_FILE": os.path.join(folder, "keys.toml"),
            "MINSHU_OBJECTS": "s3://papers/minshu",
            "MINSHU_S3_ENDPOINT": endpoint,
            "MINSHU_S3_ACCESS_KEY_ID": "id",
            "MINSHU_S3_SECRET_ACCESS_KEY": "a secret of this test",
            "MINSHU_DATABASE_URL": os.environ["MINSHU_TEST_POSTGRES"],
            "MINSHU_PASSWORD": PASSWORD,
        }
        self.running = []

    def start(self, name, **environment):
        process = subprocess.Popen(
            [self.program, "serve", "--listen", "127.0.0.1:0", "--data", os.path.join(self.folder, name)],
            env={**self.environment, **environment}, stdout=subprocess.PIPE, text=True,
        )
        self.running.append(process)
        for line in process.stdout:
            if line.startswith("listening on "):
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return process, line.split()[-1]
        raise SystemExit(f"{name} does not start")

    def run(self, *words, wrong=False, **environment):
        done = subprocess.run(
            [self.program, *words], env={**self.environment, **environment}, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == wrong, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def stop(self):
        for process in self.running:
            if process.poll() is None:
                process.terminate()
                process.wait()


def send(address, path, body, token=None, kind="application/json"):
    headers = {"content-type": kind, **({"authorization": f"Bearer {token}"} if token else {})}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=30) as answer:
        return json.load(answer)


def upload(address, token, content):
    body = (
        b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n'
        + content + b"\r\n--x--\r\n"
    )
    return send(address, "/api/uploads", body, token, "multipart/form-data; boundary=x")


def fetched(address, token, path):
    request = urllib.request.Request(address + path, headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def signed_in(address, phone):
    return send(address, "/api/identity/sign_in", {"phone": phone, "password": PASSWORD})["token"]


def at_the_store(address, method="GET"):
    """Past the servers. The store asks who it is and does not verify it."""
    who = {"authorization": "AWS4-HMAC-SHA256 Credential=id/20260101/us-east-1/s3/aws4_request"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=who, method=method), timeout=30) as answer:
        return answer.read()


def in_the_bucket(endpoint, prefix):
    """What the store holds: addresses and their bytes."""
    listed = at_the_store(f"{endpoint}/papers?list-type=2&prefix={prefix}/sha256").decode()
    keys = re.findall(r"<Key>([^<]+)</Key>", listed)
    return {"".join(key.split("/")[-2:]): at_the_store(f"{endpoint}/papers/{key}") for key in keys}


def story(servers, endpoint):
    one, first = servers.start("one")
    servers.run(
        "user", "add", "--name", "林晓燕", "--number", NUMBERS[1], "--phone", "13800000001", "--proved",
        "--data", os.path.join(servers.folder, "one"),
    )
    _, second = servers.start("two")
    token = signed_in(first, "13800000001")

    # Larger than one request carries, so that it goes in parts as well.
    small, large = b"%PDF-1.4\n" + b"a paper about somebody " * 40, b"%PDF-1.4\n" + os.urandom(9 << 20)
    draft = send(first, "/api/casework/save_draft", {"item": "gov-single-window.outdoor-advertising", "form": {}}, token)["draft"]
    files = {}
    for content in (small, large):
        object = upload(first, token, content)["object"]
        attached = {"draft": draft, "material": "picture", "name": "图.pdf", "object": object}
        files[send(first, "/api/casework/attach", attached, token)["file"]] = content
    for file, content in files.items():
        for address in (first, second):
            assert fetched(address, token, f"/drafts/{draft}/files/{file}") == content, "another file came back"
    held = in_the_bucket(endpoint, "minshu")
    assert len(held) == 2, held.keys()
    for digits, stored in held.items():
        assert hashlib.sha256(stored).hexdigest() == digits, "the address is that of what is stored"
        assert b"a paper about somebody" not in stored and b"%PDF" not in stored, "it rests in clear"
    print("two servers read from the bucket what one was sent, and nothing rests in clear")

    # It dies when its object is stored and nobody has written that down.
    Between.victim = one.pid
    try:
        upload(first, token, b"%PDF-1.4\nnever recorded")
        raise SystemExit("the server lives")
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
        one.wait()
    assert Between.victim is None and len(in_the_bucket(endpoint, "minshu")) == 3
    assert fetched(second, token, f"/drafts/{draft}/files/{file}") == content, "the other one goes on"
    look = ["integrity", "--data", os.path.join(servers.folder, "one")]
    told = servers.run(*look)
    assert "everything is whole" in told and "no row knows" not in told, told
    Between.aged = True
    told = servers.run(*look)
    assert "1 objects that no row knows" in told, told
    told = servers.run(*look, "--sweep")
    assert "1 objects that no row knew are removed" in told, told
    Between.aged = False
    assert in_the_bucket(endpoint, "minshu").keys() == held.keys(), "a sweep takes what nobody knows, and nothing else"
    print("killed between the store and the record: the sweep finds what is left over, and takes nothing else")

    # A back-up takes the bucket along; lost objects come back from it; it is restored into another place.
    backups, keys, secret = (os.path.join(servers.folder, name) for name in ("backups", "keys", "secret"))
    with open(secret, "w") as file:
        file.write("a passphrase of this very test\n")
    servers.run("backup", backups, "--data", os.path.join(servers.folder, "one"))
    servers.run("keys", "backup", keys, "--passphrase-file", secret, "--data", os.path.join(servers.folder, "one"))
    lost = next(iter(held))
    at_the_store(f"{endpoint}/papers/minshu/sha256/{lost[:2]}/{lost[2:]}", "DELETE")
    told = servers.run(*look, wrong=True)
    assert lost in told and "--mend" in told, told
    doctor = json.loads(servers.run("doctor", "--json", "--listen", "127.0.0.1:0", *look[1:], wrong=True))
    objects = next(finding for finding in doctor if finding["what"] == "objects")
    assert lost in objects["trouble"]["says"] and objects["at"] == "s3://papers/minshu", objects
    told = servers.run(*look, "--mend", backups)
    assert "1 objects are brought back" in told and "everything is whole" in told, told
    print("an object that the store lost is named, and comes back from the back-up")

    new = {"MINSHU_OBJECTS": "s3://papers/restored", "MINSHU_KEY_FILE": os.path.join(servers.folder, "new", "keys.toml")}
    servers.environment.pop("MINSHU_DATABASE_URL")
    servers.run(
        "restore", backups, "--keys", keys, "--passphrase-file", secret, "--data", os.path.join(servers.folder, "new"), **new
    )
    assert in_the_bucket(endpoint, "restored") == held
    _, third = servers.start("new", **new)
    token = signed_in(third, "13800000001")
    for file, content in files.items():
        assert fetched(third, token, f"/drafts/{draft}/files/{file}") == content, "a restored file is another one"
    print("a back-up of PostgreSQL and the bucket is restored on SQLite and another place of the bucket")


def main(program):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    Between.store = store.get_host_and_port()[1]
    between = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    threading.Thread(target=between.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{between.server_port}"
    at_the_store(f"{endpoint}/papers", "PUT")
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(os.path.abspath(program), folder, endpoint)
        try:
            story(servers, endpoint)
        finally:
            servers.stop()
            store.stop()


if __name__ == "__main__":
    main(sys.argv[1])
