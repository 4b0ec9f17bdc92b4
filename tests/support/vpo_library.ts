import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { FileReport, QueueReport } from "../../examples/vpo/file_report.ts";
import { Instance, signal, until } from "./instance.ts";

/** What begins as a video does. */
export function video(content: string): string {
  return `FLV\x01${content}`;
}

/** A command for `[library]` that runs a shell script with the two paths as $1 and $2. */
export function byScript(script: string): string {
  return `command = ${JSON.stringify(["/bin/sh", "-c", script, "sh", "{input}", "{output}"])}`;
}

/** The settings that make a library quick to notice what comes. */
const QUICK = { settle: "100ms", scan_every: "100ms", retry_delay: "200ms" };

export interface LibraryOptions {
  /** More settings for `[library]`. */
  readonly library?: string;
  /** More sections. */
  readonly more?: string;
  /** HOME, where other apps live too. */
  readonly root?: string;
}

/** One vpo with its library, in a home of its own. */
export class Vpo extends Instance {
  constructor(options: LibraryOptions = {}) {
    super("", "vpo", { root: options.root });
    this.configure(options);
  }

  /** Writes config.toml anew. */
  configure({ library = "", more = "" }: LibraryOptions): void {
    const quick = Object.entries(QUICK).filter(([key]) => !library.includes(`${key} =`));
    const lines = quick.map(([key, value]) => `${key} = "${value}"`);
    this.write(`${more}\n[library]\n${[...lines, library].join("\n")}\n`);
  }

  /** Puts a file into the inbox, where it appears whole. */
  drop(path: string, content = video(path)): void {
    const target = join(this.home, "inbox", path);
    fs.mkdirSync(dirname(target), { recursive: true });
    const draft = join(dirname(target), `.${basename(target)}`);
    fs.writeFileSync(draft, content);
    fs.renameSync(draft, target);
  }

  /** Every file of the library with its place, without what is hidden: `inbox/a.flv`. */
  places(): string[] {
    return ["inbox", "outbox", "quarantine"].flatMap((place) => {
      const directory = join(this.home, place);
      if (!fs.existsSync(directory)) return [];
      const names = fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => join(place, name));
      return names.filter((name) => !/(^|\/)\./.test(name) && isFile(join(this.home, name)));
    }).sort();
  }

  read(path: string): string {
    return fs.readFileSync(join(this.home, path), "utf8");
  }

  /** What the daemon says of its files, newest first. */
  async files(): Promise<readonly FileReport[]> {
    return JSON.parse((await this.get("/api/vpo/files")).body).files;
  }

  async queue(): Promise<QueueReport> {
    return JSON.parse((await this.get("/api/vpo/queue")).body);
  }

  /** Waits until a file is in a state. */
  reaches(path: string, state: FileReport["state"], limitMs = 60_000): Promise<FileReport> {
    return until(
      `${path} is ${state}`,
      async () => (await this.files()).find((file) => file.path === path && file.state === state),
      limitMs,
    );
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async health(): Promise<{ status: number; body: any }> {
    const { status, body } = await this.get("/health");
    return { status, body: JSON.parse(body) };
  }

  /** Waits until health answers with this HTTP status. */
  healthIs(status: number, limitMs = 20_000) {
    return until(`health is ${status}`, async () => {
      const answer = await this.health();
      return answer.status === status ? answer : undefined;
    }, limitMs);
  }

  /** `serve`, ready. */
  async serve(...args: string[]): Promise<Served> {
    const served = new Served(this.spawn(["serve", ...args]));
    const isUp = async () => served.code !== undefined || (await this.get("/readyz")).status === 200;
    await until("it is ready", isUp, 60_000);
    if (served.code !== undefined) throw new Error(`serve ended with ${served.code}: ${served.stderr}`);
    return served;
  }

  /** Rows of the database while no daemon has it, or beside one. */
  rows(sql: string): Record<string, unknown>[] {
    using db = new DatabaseSync(join(this.home, "library.db"), { readOnly: true, timeout: 5000 });
    return db.prepare(sql).all() as Record<string, unknown>[];
  }
}

/** False of what has gone since its name was read, too. */
function isFile(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** A daemon in the foreground, with what it has said so far. */
export class Served {
  readonly pid: number;
  stdout = "";
  stderr = "";
  /** Undefined while it runs. */
  code: number | undefined;
  readonly ended: Promise<number>;

  constructor(child: Deno.ChildProcess) {
    this.pid = child.pid;
    const out = each(child.stdout, (text) => this.stdout += text);
    const err = each(child.stderr, (text) => this.stderr += text);
    this.ended = Promise.all([child.status, out, err]).then(([{ code }]) => this.code = code);
  }

  kill(name: Deno.Signal): void {
    signal(this.pid, name);
  }

  /** Asks it to end. @returns its exit code, and how many milliseconds that took */
  async stop(name: Deno.Signal = "SIGTERM"): Promise<{ readonly code: number; readonly ms: number }> {
    const began = performance.now();
    this.kill(name);
    const code = await this.ended;
    return { code, ms: performance.now() - began };
  }

  /** Its records, one object each; only of `--log-format json`. */
  // deno-lint-ignore no-explicit-any -- the shape under test
  records(): any[] {
    return this.stderr.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }
}

async function each(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

/**
 * Another process that keeps a database to itself until this is disposed: nobody else can change it; with `alone`, which
 * is for one that nobody has open, nobody can read it either.
 */
export async function lockDatabase(path: string, { alone = false } = {}): Promise<AsyncDisposable> {
  const script = `const { DatabaseSync } = await import("node:sqlite");
const db = new DatabaseSync(${JSON.stringify(path)});
db.exec("PRAGMA busy_timeout = 30000; ${alone ? "PRAGMA locking_mode = EXCLUSIVE; " : ""}BEGIN EXCLUSIVE");
console.log("held");
await Deno.stdin.read(new Uint8Array(1));
db.exec("ROLLBACK");
`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  if (new TextDecoder().decode(value) !== "held\n") throw new Error(`cannot lock ${path}`);
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}
