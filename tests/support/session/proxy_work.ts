/** cco's work: requests through the proxy, every one of which has to be answered rightly and counted once. */
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Instance } from "../instance.ts";
import { COMMON_FILES, type Given, LOG, pause, type Work } from "./work.ts";

/** Clients at the same time. */
const CLIENTS = 4;
/** A request without an answer after this time hangs. */
const HANGS_MS = 20_000;
/**
 * What a kill may cost, by the README: the rows of requests that were answered in the second before it, which are not
 * written yet; and a second more, for a machine on which a write takes as long.
 */
const UNWRITTEN_MS = 2_000;
/** Paths that are asked for again and again, so that the cache has something to do. */
const SHARED = 6;
const LARGEST = 200_000;

/** Milliseconds since the epoch. */
interface Answered {
  readonly asked: number;
  readonly at: number;
}

/** What became of the requests for one path. */
interface Account {
  /** Those whose right answer came whole. */
  readonly answered: Answered[];
  /** Those that were cut off: they may have been counted. */
  unsure: number;
}

export class ProxyWork implements Work {
  readonly name = "cco";
  readonly app: Instance;
  readonly database = "analytics.db";
  readonly files = new RegExp(`${COMMON_FILES.source}|^analytics\\.db(-wal|-shm)?$`);
  readonly #given: Given;
  readonly #upstream = upstream();
  readonly #accounts = new Map<string, Account>();
  readonly #losses: string[] = [];
  #number = 0;
  #refused = 0;
  #cut = 0;
  #uncounted = 0;

  constructor(given: Given) {
    this.#given = given;
    this.app = new Instance("", this.name, { root: given.root });
    this.configure(0);
  }

  configure(turn: number): void {
    const { port } = this.#upstream.addr;
    const own = `port = ${this.app.port}\nupstream = "http://127.0.0.1:${port}"\ncache_ttl = ${3 + turn % 2}\n`;
    fs.writeFileSync(join(this.app.home, "config.toml"), own + LOG);
  }

  async go(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, async () => {
      while (!signal.aborted) {
        await this.#ask();
        await pause(this.#given.chance.next(60), signal);
      }
    }));
  }

  settle(): Promise<void> {
    return Promise.resolve(); // Its stop writes what is left.
  }

  losses(): Promise<readonly string[]> {
    const rows = this.#rows();
    const counted = [...this.#accounts].flatMap(([path, account]) => this.#compare(path, account, rows.get(path) ?? 0));
    const strange = [...rows.keys()].filter((path) => !this.#accounts.has(path));
    return Promise.resolve([...this.#losses, ...counted, ...strange.map((path) => `nobody asked for ${path}`)]);
  }

  figures(): Record<string, number> {
    const answered = [...this.#accounts.values()].reduce((sum, account) => sum + account.answered.length, 0);
    return { answered, refused: this.#refused, cut: this.#cut, uncounted: this.#uncounted };
  }

  async #ask(): Promise<void> {
    const { chance } = this.#given;
    const kind = chance.next(4);
    const path = kind === 0 ? `/shared/${chance.next(SHARED)}` : `/${kind === 1 ? "posted" : "own"}/${++this.#number}`;
    const account = this.#accountOf(`/proxy${path}`);
    const body = contentOf(path);
    const asked = Date.now();
    const init = kind === 1 ? { method: "POST", body } : {};
    try {
      const signal = AbortSignal.timeout(HANGS_MS);
      const response = await fetch(`http://127.0.0.1:${this.app.port}/proxy${path}`, { ...init, signal });
      const text = await response.text();
      if (response.status === 200) this.#take(path, { account, asked, isRight: text === body });
      else this.#refuse(path, { account, response, text });
    } catch (error) {
      account.unsure++;
      this.#cut++;
      if ((error as Error).name === "TimeoutError") this.#losses.push(`${path} had no answer for ${HANGS_MS} ms`);
    }
  }

  #take(
    path: string,
    { account, asked, isRight }: { readonly account: Account; readonly asked: number; readonly isRight: boolean },
  ): void {
    account.answered.push({ asked, at: Date.now() });
    if (!isRight) this.#losses.push(`${path} had a wrong or torn answer`);
  }

  /** While the proxy is not there, or goes, it says so in its own words. */
  #refuse(
    path: string,
    { account, response, text }: { readonly account: Account; readonly response: Response; readonly text: string },
  ): void {
    account.unsure++;
    this.#refused++;
    const isClear = [502, 503].includes(response.status) && /"message":"[^"]{10,}/.test(text);
    if (!isClear) this.#losses.push(`${path} was answered with ${response.status}: ${text.slice(0, 200)}`);
  }

  #accountOf(path: string): Account {
    const known = this.#accounts.get(path) ?? { answered: [], unsure: 0 };
    this.#accounts.set(path, known);
    return known;
  }

  #compare(path: string, { answered, unsure }: Account, rows: number): string[] {
    // The answer may have waited in the socket while the daemon was killed.
    const excused = answered.filter(({ asked, at }) => this.#given.diary.hasKill(asked, at + UNWRITTEN_MS)).length;
    this.#uncounted += Math.max(0, answered.length - rows);
    if (rows > answered.length + unsure) return [`${path} was answered ${answered.length} times and counted ${rows}`];
    if (rows >= answered.length - excused) return [];
    return [`${path} was answered ${answered.length} times, ${excused} of them before a kill, and counted ${rows}`];
  }

  #rows(): Map<string, number> {
    using database = new DatabaseSync(join(this.app.home, "analytics.db"), { readOnly: true });
    const rows = database.prepare("SELECT path, count(*) AS n FROM cco_requests WHERE status = 200 GROUP BY path")
      .all();
    return new Map(rows.map(({ path, n }) => [String(path), Number(n)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
    await this.#upstream.shutdown();
  }
}

/** Answers what belongs to the path, and a request with a body by that body. */
function upstream(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") return new Response(await request.text());
    const control = pathname.startsWith("/shared/") ? "max-age=2" : "no-store";
    return new Response(contentOf(pathname), { headers: { "cache-control": control } });
  });
}

/** No two paths have the same, and every line of it says whose it is. */
function contentOf(path: string): string {
  let hash = 0;
  for (const char of path) hash = Math.imul(hash, 31) + char.charCodeAt(0) >>> 0;
  const line = `${path} of ${hash}\n`;
  return line.repeat(1 + (hash % (hash % 5 === 0 ? LARGEST : 2_000)) / line.length);
}
