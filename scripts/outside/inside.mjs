// Minshu as the provider of openid-client, a relying party of others: discovery, code with PKCE and nonce, the ID token,
// user info, refresh, revocation.
//
// Usage: node inside.mjs http://127.0.0.1:PORT  (a demonstration)
import * as client from "openid-client";

const base = process.argv[2];
const back = "https://app.example/back";

function check(fits, what) {
  if (!fits) throw new Error(what);
}

async function act(operation, values, token) {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(`${base}/api/${operation}`, { method: "POST", headers, body: JSON.stringify(values) });
  check(answer.ok, `${operation}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

const signIn = async (phone) => (await act("identity/sign_in", { phone, password: "minshu-yanshi-2026" })).token;

const operator = await signIn("13800000005");
const owner = await act("identity/add_organisation", { kind: "department", name: "依赖方互通局", division: "350102" }, operator);
const made = await act(
  "identity/register_application",
  {
    organisation: owner.organisation,
    name: { zh: "依赖方", en: "Relying party" },
    confidential: true,
    redirects: [back],
    scopes: ["openid", "profile", "offline_access"],
  },
  operator,
);
await act("identity/decide_application", { application: made.application, state: "active", minute: 60, day: 1000 }, operator);

const config = await client.discovery(new URL(base), made.application, undefined, client.ClientSecretBasic(made.secret), {
  execute: [client.allowInsecureRequests],
});
const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: back,
  scope: "openid profile offline_access",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
  prompt: "consent",
});

// The person's browser: signed in, and asked.
const cookies = new Map([["minshu_session", await signIn("13800000001")]]);
async function browse(to, form) {
  const answer = await fetch(to, {
    method: form ? "POST" : "GET",
    redirect: "manual",
    headers: {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
    },
    body: form?.toString(),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [name, value] = line.split(";")[0].split("=");
    cookies.set(name, value);
  }
  return answer;
}
const page = await (await browse(address)).text();
check(page.includes("依赖方"), page);
const form = new URLSearchParams();
for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
  form.append(name, value.replaceAll("&#38;", "&").replaceAll("&amp;", "&").replaceAll("&#34;", '"'));
}
form.append("decision", "allow");
const action = /<form[^>]+action="([^"]*oauth[^"]*)"/.exec(page)?.[1] ?? "/oauth/authorize";
const answered = await browse(new URL(action, base), form);
const returned = answered.headers.get("location");
check(returned?.startsWith(back), `${answered.status} ${returned}`);

const tokens = await client.authorizationCodeGrant(config, new URL(returned), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const claims = tokens.claims();
check(claims.aud === made.application && claims.nonce === nonce, JSON.stringify(claims));
const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
check(info.sub === claims.sub, JSON.stringify(info));
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
check(fresh.access_token !== tokens.access_token, "the same token again");
await client.tokenRevocation(config, fresh.refresh_token);
const told = await client.tokenIntrospection(config, fresh.access_token);
check(told.active === false, JSON.stringify(told));
console.log("sign-in by openid-client holds");
