// Data for the inventory, made as people make it: through the public interface, as the demonstration's people. One case
// in every state, so that every page has something to show.
import { request, type APIRequestContext, type APIResponse } from "@playwright/test";
import { citizenNumber, creditCode } from "./codes.ts";
import { pdf, png, type File } from "./files.ts";
import { demonstrationPassword } from "./people.ts";
import type { Server } from "./server.ts";

/** Addresses that the seed made. */
export type Seed = {
  draft: string;
  correction: string;
  late: string;
  submitted: string;
  returned: string;
  accepted: string;
  granted: string;
  denied: string;
  message: string;
  organisation: string;
  post: string;
  subscription: string;
  opened: string;
};

type Json = Record<string, any>;

const item = "gov-single-window.food-business-licence";
const company = { name: "福州三坊七巷茶馆有限公司", code: creditCode("91350102", "MA31F7Q2") };

/** Somebody with a session of their own. */
class Caller {
  private constructor(private readonly http: APIRequestContext) {}

  static async signIn(server: Server, phone: string): Promise<Caller> {
    const nobody = await request.newContext({ baseURL: server.address });
    const begun = await answerOf(await nobody.post("/api/identity/sign_in", { data: { phone, password: demonstrationPassword } }));
    await nobody.dispose();
    const extraHTTPHeaders = { authorization: `Bearer ${begun["token"]}` };
    return new Caller(await request.newContext({ baseURL: server.address, extraHTTPHeaders }));
  }

  async act(operation: string, data: Json): Promise<Json> {
    return answerOf(await this.http.post(`/api/${operation.replace(".", "/")}`, { data }));
  }

  async read(address: string, params: Record<string, string> = {}): Promise<Json> {
    return answerOf(await this.http.get(address, { params }));
  }

  async upload(file: File): Promise<string> {
    return (await answerOf(await this.http.post("/api/uploads", { multipart: { file } })))["object"];
  }

  async leave(): Promise<void> {
    await this.http.dispose();
  }
}

async function answerOf(response: APIResponse): Promise<Json> {
  if (!response.ok()) throw new Error(`${response.url()}: ${response.status()} ${await response.text()}`);
  return (await response.json()) as Json;
}

function form(address: string, people: number): Json {
  const staff = ["林水生", "陈美玉", "黄志强", "郑秋月"].slice(0, people).map((name, at) => ({
    name,
    number: citizenNumber(`3501021985061${2410 + at}`),
    role: at === 0 ? "manager" : "cook",
    direct: false,
  }));
  return {
    company: { name: company.name, uscc: company.code, contact: "沈志明", phone: "13800000002" },
    premises: { division: "350102004001", address, area: 120 },
    business: { kind: "catering", seats: 60, items: ["hot", "pastry", "drinks"], online: true, platforms: "自家小程序" },
    people: staff,
  };
}

/** A draft with its materials. */
async function fill(agent: Caller, onBehalf: Json, address: string): Promise<Json> {
  const saved = await agent.act("casework.save_draft", { item, on_behalf: onBehalf["organisation"], form: form(address, 2) });
  const files = { plan: png("平面图.png", 480, 320), rules: pdf("食品安全管理制度.pdf", "Food safety rules") };
  for (const [material, file] of Object.entries(files)) {
    const object = await agent.upload(file);
    await agent.act("casework.attach", { draft: saved["draft"], material, name: file.name, object });
  }
  return saved;
}

async function submit(agent: Caller, onBehalf: Json, address: string): Promise<Json> {
  const saved = await fill(agent, onBehalf, address);
  return agent.act("casework.submit", { draft: saved["draft"] });
}

/** Messages follow a step by themselves, a moment later. */
async function firstMessage(who: Caller): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [first] = (await who.read("/api/messaging/inbox"))["messages"];
    if (first) return first["message"];
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("no message came in ten seconds");
}

/** Two weeks: longer than the three working days of the intake, whatever holidays lie in them. */
const fortnightMs = 14 * 24 * 3_600_000;

/** Makes everything. The first case is sent in two weeks before the others and is late by then. */
export async function seed(server: Server): Promise<Seed> {
  let clerk = await Caller.signIn(server, "13800000003");
  await clerk.act("identity.record_mandate", {
    uscc: company.code,
    company: company.name,
    division: "350102",
    phone: "13800000002",
    evidence: "营业执照正本、授权书",
  });
  let agent = await Caller.signIn(server, "13800000002");
  const ours = async () => {
    const choices = await agent.read(`/items/${item}/applicants`);
    return choices["on_behalf"].find((one: Json) => one["uscc"] === company.code) as Json;
  };
  const late = await submit(agent, await ours(), "南后街 88 号");
  await Promise.all([agent.leave(), clerk.leave()]);

  await server.setTime((await server.now()) + fortnightMs);
  agent = await Caller.signIn(server, "13800000002");
  clerk = await Caller.signIn(server, "13800000003");
  const officer = await Caller.signIn(server, "13800000004");
  const onBehalf = await ours();
  const draft = await fill(agent, onBehalf, "东街口 1 号");
  const submitted = await submit(agent, onBehalf, "津泰路 20 号");

  const returned = await submit(agent, onBehalf, "五一北路 153 号");
  const asked = [{ id: "plan", reason: "没有标出清洗消毒区，请补标并写明尺寸" }];
  await clerk.act("casework.return", { case: returned["case"], version: returned["version"], materials: asked, fields: [], reason: "其余材料齐全" });
  const correction = await agent.act("casework.begin_correction", { case: returned["case"] });

  const accept = async (address: string) => {
    const sent = await submit(agent, onBehalf, address);
    return clerk.act("casework.accept", { case: sent["case"], version: sent["version"], note: "材料齐全" });
  };
  const accepted = await accept("八一七北路 112 号");
  const decide = async (address: string, outcome: "granted" | "denied", reasons: string) => {
    const taken = await accept(address);
    return officer.act("casework.decide", { case: taken["case"], version: taken["version"], outcome, reasons });
  };
  const granted = await decide("东大路 36 号", "granted", "现场核查与平面图一致，符合《食品安全法》第三十三条。");
  const denied = await decide("湖东路 8 号", "denied", "备餐间与卫生间相邻，不符合《食品安全法》第三十三条第一款。");

  const message = await firstMessage(agent);

  const supervisor = await Caller.signIn(server, "13800000008");
  const opened = await supervisor.act("identity.break_glass", {
    kind: "casework.case",
    number: submitted["number"],
    reason: "office-down",
    words: "鼓楼窗口停电，申请人在台江窗口等候核对材料。",
    minutes: 240,
    password: demonstrationPassword,
  });
  await supervisor.leave();

  const operator = await Caller.signIn(server, "13800000005");
  const organisations = await operator.read("/api/identity/organisations", { q: "鼓楼区政务服务中心" });
  const organisation = organisations["organisations"][0]["organisation"] as string;
  // Nobody listens there: its deliveries fail and wait.
  const subscribed = await operator.act("platform.subscribe", {
    name: "鼓楼区办件数据对接",
    address: "https://127.0.0.1:9/hooks/minshu",
    kinds: ["identity.organisation.*", "casework.case.*"],
  });
  await operator.act("platform.test_subscription", { subscription: subscribed["subscription"] });
  const posts = await operator.read("/api/identity/posts", { organisation });
  const made: Seed = {
    draft: draft["draft"],
    correction: correction["draft"],
    late: late["case"],
    submitted: submitted["case"],
    returned: returned["case"],
    accepted: accepted["case"],
    granted: granted["case"],
    denied: denied["case"],
    message,
    organisation,
    post: posts["posts"][0]["post"],
    subscription: subscribed["subscription"],
    opened: opened["resource"],
  };
  await Promise.all([agent, clerk, officer, operator].map((one) => one.leave()));
  return made;
}
