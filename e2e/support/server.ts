// A Minshu server of one's own: demonstration data in a folder of its own, a free port, a clock that the test moves.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..", "..");
const binary = process.env["MINSHU_BIN"] ?? join(root, "target", "swift", "minshu");
const packs = process.env["MINSHU_PACKS"] ?? join(root, "packs");
const startMs = 60_000;

export class Server {
  private constructor(
    readonly address: string,
    private readonly data: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`there is no ${binary}: build it (make e2e) or name another in MINSHU_BIN`);
    const data = mkdtempSync(join(tmpdir(), "minshu-e2e-"));
    const child = spawn(
      binary,
      ["serve", "--demonstration", "--test-clock", "--subscription-loopback", "--listen", "127.0.0.1:0", "--data", data, "--packs", packs],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, MINSHU_LOG: "warn" } },
    );
    const said: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said.push(text);
      if (said.length > 200) said.shift();
    });
    try {
      return new Server(await listening(child, said), data, child);
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** Stops the server as an operator would, and removes its data. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((done) => this.process.once("exit", () => done()));
    if (this.process.exitCode === null) {
      this.process.kill("SIGTERM");
      const late = setTimeout(() => this.process.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  /** The server's time in milliseconds since 1970. */
  now(): Promise<number> {
    return this.clock("now");
  }

  /** Sets the server's time. */
  setTime(ms: number): Promise<number> {
    return this.clock(`set ${ms}`);
  }

  private clock(line: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = connect(join(this.data, "clock.sock"));
      socket.setTimeout(5_000, () => socket.destroy(new Error("the clock does not answer")));
      socket.once("error", reject);
      socket.once("connect", () => socket.write(`${line}\n`));
      createInterface({ input: socket }).once("line", (answer) => {
        socket.end();
        const [verdict, ms] = answer.split(" ");
        if (verdict === "ok") resolve(Number(ms));
        else reject(new Error(`clock: ${answer}`));
      });
    });
  }
}

function listening(child: ChildProcess, said: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the server did not start in ${startMs} ms\n${said.join("")}`)), startMs);
    const lines = createInterface({ input: child.stdout! });
    lines.on("line", (line) => {
      const found = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line);
      if (!found?.[1]) return;
      clearTimeout(late);
      resolve(found[1]);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with ${code} before it listened\n${said.join("")}`));
    });
  });
}
