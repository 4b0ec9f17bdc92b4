/** mcpeg's work: calls of tools of two servers, each of which has to get its own answer, once, or a clear error. */
import type { World } from "../../fixtures/mcp_server.ts";
import { newWorld, serveTestServer } from "../../fixtures/mcp_server.ts";
import { Instance, until } from "../instance.ts";
import { remoteUpstream, upstream, whenServer } from "../mcp.ts";
import { logBookOf } from "./log_audit.ts";
import { McpSession, Refused } from "./mcp_session.ts";
import { COMMON_FILES, type Given, LOG, pause, type Work } from "./work.ts";

const CLIENTS = 3;
const SERVERS = ["docs", "notes"];
/** A call without an answer after this time hangs. */
const HANGS_MS = 20_000;
const SETTLED_MS = 30_000;
const LATE_MS = 1_000;

export class CallWork implements Work {
  readonly name = "mcpeg";
  readonly app: Instance;
  readonly database = undefined;
  readonly files = new RegExp(`${COMMON_FILES.source}|^mcpeg\\.db(-wal|-shm)?$`);
  readonly #given: Given;
  readonly #world: World = newWorld("notes");
  readonly #remote = serveTestServer(this.#world);
  readonly #losses: string[] = [];
  #calls = 0;
  /** When, milliseconds since the epoch. */
  readonly #answered: number[] = [];
  #refused = 0;
  #cut = 0;

  constructor(given: Given) {
    this.#given = given;
    this.app = new Instance("", this.name, { root: given.root });
    this.configure(0);
  }

  configure(turn: number): void {
    const servers = upstream("docs") + remoteUpstream("notes", this.#remote.addr.port, `timeout = "${30 + turn % 2}s"`);
    this.app.write(`${LOG}\n[gateway]\nsession_idle = "${10 + turn % 2}m"\n${servers}`);
  }

  async go(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#client(signal)));
  }

  /** Each server answers again. */
  async settle(): Promise<void> {
    for (const server of SERVERS) await whenServer(this.app, server);
    const session = await McpSession.begin(this.app.port, HANGS_MS);
    await until("both servers answer", async () => {
      for (const server of SERVERS) if (!await this.#call(session, server)) return false;
      return true;
    }, SETTLED_MS);
  }

  losses(): Promise<readonly string[]> {
    const counts = new Map<string, number>();
    for (const text of this.#world.echoed) counts.set(text, (counts.get(text) ?? 0) + 1);
    const doubled = [...counts].filter(([, count]) => count > 1);
    return Promise.resolve([
      ...this.#losses,
      ...this.#unrecorded(),
      ...doubled.map(([text, n]) => `${text} reached its server ${n} times`),
    ]);
  }

  /** A call has its record when it has ended; of those that ended just before a kill it may be missing. */
  #unrecorded(): string[] {
    const { records } = logBookOf(this);
    const count = records.filter((record) => record.message === "call" && record.outcome === "ok").length;
    const certain = this.#answered.filter((at) => !this.#given.diary.hasKill(at - LATE_MS, at + LATE_MS)).length;
    return count >= certain ? [] : [`${certain} calls were answered long before a kill, and ${count} are in the log`];
  }

  figures(): Record<string, number> {
    return { calls: this.#calls, answered: this.#answered.length, refused: this.#refused, cut: this.#cut };
  }

  /** One after another; a session that ended with its daemon is begun anew. */
  async #client(signal: AbortSignal): Promise<void> {
    const { chance } = this.#given;
    let session: McpSession | undefined;
    while (!signal.aborted) {
      try {
        session ??= await McpSession.begin(this.app.port, HANGS_MS);
      } catch (error) {
        this.#excuse(error, "initialize");
      }
      const wasAnswered = session !== undefined &&
        await this.#call(session, SERVERS[chance.next(SERVERS.length)] ?? "");
      if (!wasAnswered) session = undefined;
      await pause(wasAnswered ? chance.next(80) : 100, signal);
    }
  }

  /** @returns whether it was answered */
  async #call(session: McpSession, server: string): Promise<boolean> {
    const text = `call ${++this.#calls} of ${server} `.repeat(1 + this.#given.chance.next(200));
    try {
      const { content } = await session.request("tools/call", { name: `${server}__echo`, arguments: { text } });
      this.#answered.push(Date.now());
      if (content[0]?.text !== text) this.#losses.push(`${text.slice(0, 30)} was answered ${JSON.stringify(content)}`);
      return true;
    } catch (error) {
      this.#excuse(error, text.slice(0, 30));
      return false;
    }
  }

  /** What is no answer has to be the gateway's own word, or the end of a connection. */
  #excuse(error: unknown, what: string): void {
    const { name, message } = error as Error;
    if (name === "TimeoutError") this.#losses.push(`${what} had no answer for ${HANGS_MS} ms`);
    else if (error instanceof Refused) {
      this.#refused++;
      if (message.length < 10) this.#losses.push(`${what} was refused with "${message}"`);
    } else if (error instanceof TypeError) this.#cut++; // Nobody there, or no longer.
    else this.#losses.push(`${what}: ${name}: ${message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
    await this.#remote.shutdown();
  }
}
