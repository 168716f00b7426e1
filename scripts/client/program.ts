// What an integrator would write: sign in, read one's cases page by page, hand in a further one. Every name and type
// comes from the OpenAPI document; what the document leaves out or says wrongly does not compile.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const api = createClient<paths>({ baseUrl: process.argv[2]! });

const signedIn = await api.POST("/api/identity/sign_in", { body: { phone: "13800000001", password: "minshu-yanshi-2026" } });
assert(signedIn.data, JSON.stringify(signedIn.error));
const headers = { authorization: `Bearer ${signedIn.data.token}` };

async function numbers(): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  do {
    const { data, error } = await api.GET("/api/casework/my_cases", { headers, params: { query: { limit: 1, after } } });
    assert(data, JSON.stringify(error));
    found.push(...data.cases.map((line) => line.number));
    after = data.next ?? undefined;
  } while (after);
  return found;
}

const before = await numbers();
assert(before.length > 1 && new Set(before).size === before.length, "each case stands on one page");

const refused = await api.POST("/api/casework/save_draft", { headers, body: { item: "no.such-item", form: {} } });
assert(refused.error?.type.startsWith("urn:minshu:problem:"), "a problem has its type");

const board = { kind: "lightbox", width: 6, height: 2, power: 800, from: "2027-01-10", until: "2028-12-31", cost: 1860000 };
const form = {
  applicant: { contact: "林晓燕", phone: "13800000001" },
  site: { division: "350102001", address: "东街 90 号沿街外墙", carrier: "wall", own: true },
  boards: [board],
  money: { insured: true, insurance: 100000000, remark: "无。" },
};
const item = "gov-single-window.outdoor-advertising";
const draft = await api.POST("/api/casework/save_draft", { headers, body: { item, form } });
assert(draft.data, JSON.stringify(draft.error));
for (const material of ["picture", "structure"]) {
  const staged = await api.POST("/api/uploads", {
    headers,
    body: { file: "%PDF-1.4\n%%EOF\n" },
    bodySerializer: ({ file }) => {
      const body = new FormData();
      body.set("file", new Blob([file]), "a.pdf");
      return body;
    },
  });
  assert(staged.data, JSON.stringify(staged.error));
  const attached = await api.POST("/api/casework/attach", {
    headers,
    body: { draft: draft.data.draft, material, name: `${material}.pdf`, object: staged.data.object },
  });
  assert(attached.data, JSON.stringify(attached.error));
}

// The same request twice is one case.
const submit = () =>
  api.POST("/api/casework/submit", {
    headers,
    params: { header: { "Idempotency-Key": `submit-${draft.data.draft}` } },
    body: { draft: draft.data.draft },
  });
const [first, second] = [await submit(), await submit()];
assert(first.data && second.data, JSON.stringify(first.error ?? second.error));
assert.equal(first.data.number, second.data.number);
assert.deepEqual(await numbers(), [first.data.number, ...before]);
console.log(`handed in ${first.data.number}`);
