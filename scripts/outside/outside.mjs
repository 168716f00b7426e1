// Signs in to Minshu by oidc-provider, an OpenID provider of others: an unknown account, linking, signing in, signing
// out at both ends, keys that roll over.
//
// Usage: node outside.mjs PATH-OF-MINSHU
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const program = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "minshu-outside-"));

function check(fits, what) {
  if (!fits) throw new Error(what);
}

/** A browser without scripts: keeps cookies by host, follows what it is told to. */
class Browser {
  cookies = new Map();

  async open(address, form) {
    for (let step = 0; step < 20; step++) {
      const url = new URL(address);
      const kept = this.cookies.get(url.host) ?? new Map();
      this.cookies.set(url.host, kept);
      const answer = await fetch(url, {
        method: form ? "POST" : "GET",
        redirect: "manual",
        headers: {
          cookie: [...kept].map(([name, value]) => `${name}=${value}`).join("; "),
          ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        },
        body: form ? new URLSearchParams(form).toString() : undefined,
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair] = line.split(";");
        const at = pair.indexOf("=");
        const value = pair.slice(at + 1);
        if (value === "" || /max-age=0|1970/i.test(line)) kept.delete(pair.slice(0, at));
        else kept.set(pair.slice(0, at), value);
      }
      this.address = url.href;
      const to = answer.headers.get("location");
      if (!to) {
        this.status = answer.status;
        this.text = await answer.text();
        return this;
      }
      address = new URL(to, url).href;
      form = undefined;
    }
    throw new Error(`redirects without end at ${address}`);
  }

  async post(action, values) {
    const token = /name="_csrf" value="([^"]+)"/.exec(this.text)?.[1] ?? "";
    return this.open(new URL(action, this.address).href, { _csrf: token, ...values });
  }

  has(text) {
    check(this.text.includes(text), `“${text}” is not at ${this.address}: ${this.text.slice(0, 3000)}`);
    return this;
  }
}

/** A key of a provider. */
function key(kid) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "ES256" };
}

async function provider(back, home) {
  let handle = (_, answer) => answer.writeHead(503).end();
  const server = createServer((request, answer) => handle(request, answer));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const set = (keys) => {
    const made = new Provider(issuer, {
      clients: [
        {
          client_id: "minshu",
          client_secret: "a secret of tests, long enough for anybody",
          redirect_uris: [back],
          post_logout_redirect_uris: [home],
          id_token_signed_response_alg: "ES256",
          response_types: ["code"],
          grant_types: ["authorization_code"],
        },
      ],
      jwks: { keys },
      pkce: { required: () => true },
      claims: { openid: ["sub"], profile: ["name"] },
      // The names stand in the ID token, where Minshu reads them.
      conformIdTokenClaims: false,
      cookies: { keys: ["a key of tests"] },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: "林晓燕" }) }),
    });
    handle = made.callback();
  };
  set([key("one")]);
  return { issuer, set, stop: () => server.close() };
}

/** Signs in at the provider's own pages and agrees. */
async function through(browser) {
  for (let step = 0; step < 4 && browser.address.includes("/interaction/"); step++) {
    const login = browser.text.includes('name="login"');
    const values = login ? { prompt: "login", login: "somebody", password: "x" } : { prompt: "consent" };
    const action = /<form[^>]+action="([^"]+)"/.exec(browser.text)[1];
    await browser.open(new URL(action, browser.address).href, values);
  }
  return browser;
}

const listen = 20_000 + Math.floor(Math.random() * 20_000);
const base = `http://127.0.0.1:${listen}`;
const outside = await provider(`${base}/sign-in/outside`, `${base}/`);
writeFileSync(join(folder, "secret"), "a secret of tests, long enough for anybody\n");
writeFileSync(
  join(folder, "minshu.toml"),
  `[[openid.provider]]\nid = "others"\nissuer = "${outside.issuer}"\nclient_id = "minshu"\nsecret_file = "${join(folder, "secret")}"\n` +
    `name = { zh = "别处", en = "Others" }\nscopes = ["profile"]\nclaims = { name = "name" }\n`,
);
const minshu = spawn(
  program,
  ["serve", "--demonstration", "--subscription-loopback", "--listen", `127.0.0.1:${listen}`, "--data", join(folder, "data"), "--settings", join(folder, "minshu.toml")],
  { stdio: ["ignore", "pipe", "ignore"] },
);
try {
  for await (const line of createInterface({ input: minshu.stdout })) if (line.startsWith("listening on ")) break;
  minshu.stdout.resume();

  const stranger = new Browser();
  await stranger.open(`${base}/sign-in`);
  stranger.has("用别处登录");
  await stranger.open(`${base}/sign-in/outside/others?to=%2Fme`);
  await through(stranger);
  stranger.has("还没有连到这里的账户").has('value="林晓燕"');
  console.log("an unknown account opens the form of a new one, with the name that was asserted");

  const own = new Browser();
  await own.open(`${base}/sign-in`);
  await own.post("/sign-in", { phone: "13800000001", password: "minshu-yanshi-2026", to: "/me/outside" });
  own.has("没有连");
  await own.post("/me/outside/link", { provider: "others" });
  const on = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(own.text)[1].replaceAll("&#38;", "&").replaceAll("&amp;", "&");
  await own.open(on);
  await through(own);
  own.has("已经连上别处");
  console.log("an account is linked from inside its session");

  const later = new Browser();
  await later.open(`${base}/sign-in`);
  await later.open(`${base}/sign-in/outside/others?to=%2Fme`);
  await through(later);
  later.has("我的账户");
  check(new URL(later.address).pathname === "/me", later.address);
  console.log("it signs in");
  await later.post("/sign-out", {});
  later.has("也从别处退出");
  const end = /href="([^"]+session\/end[^"]*)"/.exec(later.text)[1].replaceAll("&#38;", "&").replaceAll("&amp;", "&");
  await later.open(end);
  check(later.status === 200, `${later.status}`);
  console.log("and is signed out there too");

  outside.set([key("two")]);
  const rolled = new Browser();
  await rolled.open(`${base}/sign-in`);
  let signed = false;
  // An unknown key is looked up once a minute at most.
  for (let trial = 0; trial < 8 && !signed; trial++) {
    await rolled.open(`${base}/sign-in/outside/others?to=%2Fme`);
    await through(rolled);
    signed = new URL(rolled.address).pathname === "/me";
    if (!signed) await new Promise((done) => setTimeout(done, 10_000));
  }
  check(signed, "the new key is not believed");
  console.log("a key that rolled over is believed");

  outside.stop();
  console.log("sign-in by oidc-provider holds");
} finally {
  minshu.kill();
}
process.exit(0);
