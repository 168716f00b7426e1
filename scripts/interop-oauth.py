"""Signs in to an application of a running server with Authlib: discovery, code with PKCE, user info, refresh,
introspection, revocation, and the application by itself.

Usage: interop-oauth.py http://127.0.0.1:PORT  (a demonstration)
"""

import json
import re
import sys
import urllib.parse

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt

base = sys.argv[1]
back = "https://app.example/back"


def act(operation, token=None, **values):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(f"{base}/api/{operation}", json=values, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


def sign_in(phone):
    return act("identity/sign_in", phone=phone, password="minshu-yanshi-2026")["token"]


operator = sign_in("13800000005")
owner = act("identity/add_organisation", operator, kind="department", name="应用互通局", division="350102")
made = act(
    "identity/register_application",
    operator,
    organisation=owner["organisation"],
    name={"zh": "互通", "en": "Interop"},
    confidential=True,
    redirects=[back],
    scopes=["openid", "profile", "offline_access"],
)
act("identity/decide_application", operator, application=made["application"], state="active", minute=60, day=1000)

told = requests.get(f"{base}/.well-known/openid-configuration", timeout=30).json()
assert told["issuer"] == base, told
client = OAuth2Session(
    made["application"],
    made["secret"],
    scope="openid profile offline_access",
    redirect_uri=back,
    code_challenge_method="S256",
    token_endpoint_auth_method="client_secret_basic",
)
verifier = "a" * 64
address, state = client.create_authorization_url(told["authorization_endpoint"], code_verifier=verifier, nonce="n-1")

browser = requests.Session()
browser.cookies.set("minshu_session", sign_in("13800000001"))
page = browser.get(address, timeout=30)
assert page.status_code == 200 and "互通" in page.text, page.text
fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
fields = {name: urllib.parse.unquote(value.replace("&amp;", "&").replace("&#38;", "&")) for name, value in fields.items()}
sent = browser.post(f"{base}/oauth/authorize", data={**fields, "decision": "allow"}, allow_redirects=False, timeout=30)
location = sent.headers["location"]
assert location.startswith(back) and f"state={state}" in location, location

tokens = client.fetch_token(told["token_endpoint"], authorization_response=location, code_verifier=verifier)
keys = JsonWebKey.import_key_set(requests.get(told["jwks_uri"], timeout=30).json())
claims = jwt.decode(
    tokens["id_token"],
    keys,
    claims_options={
        "iss": {"essential": True, "value": base},
        "aud": {"essential": True, "value": made["application"]},
        "nonce": {"essential": True, "value": "n-1"},
    },
)
claims.validate()
info = client.get(told["userinfo_endpoint"]).json()
assert info["sub"] == claims["sub"] and info["name"], info
fresh = client.refresh_token(told["token_endpoint"])
inspected = client.introspect_token(told["introspection_endpoint"], token=fresh["access_token"]).json()
assert inspected["active"] and inspected["sub"] == info["sub"], inspected
assert client.revoke_token(told["revocation_endpoint"], token=fresh["refresh_token"]).status_code == 200
inspected = client.introspect_token(told["introspection_endpoint"], token=fresh["access_token"]).json()
assert inspected == {"active": False}, inspected

alone = OAuth2Session(made["application"], made["secret"], token_endpoint_auth_method="client_secret_post")
token = alone.fetch_token(told["token_endpoint"], grant_type="client_credentials")
assert token["token_type"] == "Bearer" and "refresh_token" not in token, json.dumps(token)
print("Authlib: discovery, code with PKCE, ID token, user info, refresh, introspection, revocation, client credentials")
