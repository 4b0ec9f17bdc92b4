import { join } from "node:path";
import type { RunBounded } from "../system/bounded_command.ts";
import type { Clock } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import { type Processes, trySignal } from "../system/processes.ts";
import type { Connector } from "../system/sockets.ts";
import { until } from "../system/until.ts";
import { Violation } from "./check.ts";
import { exchange, type WireAnswer, type WireRequest } from "./exchange.ts";

/** What the checks use of this machine. */
export interface Bench {
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly connector: Connector;
  readonly run: RunBounded;
  /** A port of 127.0.0.1 that is free now. */
  freePort(): number;
  /** PATH, LANG and TZ. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Ran {
  /** Null when it had to be killed after its time. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to the environment of the subject. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it is killed. Default 60 s. */
  readonly limitMs?: number;
}

/** The report of `status --json`, as far as the checks look at it. */
export interface Status {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly programs: readonly {
    readonly name: string;
    readonly state: string;
    readonly pid: number | null;
    readonly log_file: string;
  }[];
  readonly jobs: readonly { readonly name: string; readonly triggers: number; readonly paused: boolean }[];
  readonly last_reload: { readonly ok: boolean; readonly error: string | null } | null;
  readonly [key: string]: unknown;
}

const COMMAND_MS = 60_000;
/** Between two looks: most of them run the binary. */
const PAUSE_MS = 20;
const OUTPUT_BYTES = 16 * 1024 * 1024;

/** The binary under test in a home of its own. */
export class Subject {
  readonly bench: Bench;
  readonly binary: string;
  /** Name of the program, as `version --json` gives it. */
  readonly name: string;
  /** HOME of everything that is run. */
  readonly userHome: string;
  /** Where the instance's files are: `~/.NAME`. */
  readonly home: string;
  readonly port: number;

  constructor(bench: Bench, at: { readonly binary: string; readonly name: string; readonly userHome: string }) {
    this.bench = bench;
    this.binary = at.binary;
    this.name = at.name;
    this.userHome = at.userHome;
    this.home = join(at.userHome, `.${at.name}`);
    this.port = bench.freePort();
  }

  /** The environment variable of a setting or of the instance: `HOME` → `APPD_HOME`. */
  variable(name: string): string {
    return `${this.name.toUpperCase().replaceAll("-", "_")}_${name}`;
  }

  /** Runs a command line of the binary to its end. */
  async run(words: readonly string[], more: RunOptions = {}): Promise<Ran> {
    return await this.#command([this.binary, ...words], more);
  }

  /** Runs a line of the shell in the environment of the subject. */
  async shell(line: string, more: RunOptions = {}): Promise<Ran> {
    // Without env(1) the runtime looks into the line, and rewrites one that calls the runtime's own binary.
    return await this.#command(["/usr/bin/env", "/bin/sh", "-c", line], more);
  }

  async #command(command: readonly string[], more: RunOptions): Promise<Ran> {
    const { code, stdout, stderr } = await this.bench.run({
      command,
      cwd: this.userHome,
      env: { ...this.env(), ...more.env },
      limitMs: more.limitMs ?? COMMAND_MS,
      maxBytes: OUTPUT_BYTES,
    });
    return { code, stdout: new TextDecoder().decode(stdout), stderr };
  }

  env(): Record<string, string> {
    return { ...this.bench.env, HOME: this.userHome, NO_COLOR: "1" };
  }

  /** Writes the configuration file; without a [server] section one with the subject's port is put in front. */
  configure(text: string): void {
    const server = text.includes("[server]") ? "" : `[server]\nport = ${this.port}\n`;
    this.bench.files.makeDirectory(this.home, 0o700);
    this.write("config.toml", server + text);
  }

  /** @param name below the instance's home */
  write(name: string, text: string): void {
    const { files } = this.bench;
    files.makeDirectory(this.home, 0o700);
    const path = join(this.home, name);
    files.unlink(path);
    const fd = files.open(path, { access: "write", create: true, mode: 0o600 });
    files.write(fd, new TextEncoder().encode(text));
    files.close(fd);
  }

  read(name: string): string {
    return this.bench.files.readText(join(this.home, name));
  }

  exists(name: string): boolean {
    return this.bench.files.stat(join(this.home, name)) !== undefined;
  }

  mode(name: string): number {
    return (this.bench.files.stat(join(this.home, name))?.mode ?? 0) & 0o777;
  }

  /**
   * A name for a program or a job: `word`, or one like it where something of the subject's own is called so. Its
   * configuration is written over, because it is the subject that judges.
   */
  async nameLike(word: string): Promise<string> {
    for (const name of [word, `${word}-2`, `${word}-3`]) {
      this.configure(program(name, "true"));
      if ((await this.run(["config", "check"])).code === 0) return name;
    }
    return word; // It is not the name, then; whoever goes on with it finds out what it is.
  }

  /** Waits until this program runs. @returns its PID */
  async untilRunning(name: string): Promise<number> {
    return await this.until(`${name} to run`, async () => {
      const found = await this.program(name);
      return found?.state === "running" ? found.pid : undefined;
    });
  }

  /** What the status says of this program. */
  async program(name: string): Promise<Status["programs"][number] | undefined> {
    return (await this.status()).programs.find((one) => one.name === name);
  }

  /** `start`, which has to succeed. @throws Violation with its words */
  async start(...words: string[]): Promise<Ran> {
    const ran = await this.run(["start", ...words]);
    if (ran.code !== 0) throw new Violation(`start ended with ${ran.code}: ${ran.stderr.trim()}`);
    return ran;
  }

  /** Starts with this configuration. */
  async startWith(config: string): Promise<number> {
    this.configure(config);
    await this.start();
    return this.pid();
  }

  /** What the PID file says. */
  pid(): number {
    return Number(this.read("daemon.pid"));
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.run(["status", "--json"])).stdout);
  }

  isAlive(pid: number): boolean {
    const stat = this.bench.processes.stat(pid);
    return stat !== undefined && stat.state !== "Z";
  }

  signal(pid: number, signal: Deno.Signal): void {
    trySignal(this.bench.processes, pid, signal);
  }

  async http(request: Omit<WireRequest, "port"> & { readonly port?: number }): Promise<WireAnswer> {
    return await exchange(this.bench.connector, { port: this.port, ...request });
  }

  async get(path: string): Promise<WireAnswer> {
    return await this.http({ path });
  }

  /** Waits until `probe` gives something true. What it throws counts as "not yet". @throws Violation after `limitMs` */
  async until<T>(what: string, probe: () => T | Promise<T>, limitMs = 15_000) {
    try {
      return await until(what, probe, { limitMs, pauseMs: PAUSE_MS, clock: this.bench.clock });
    } catch (error) {
      throw new Violation(`not within ${limitMs / 1000} s: ${what}`, { cause: (error as Error).cause });
    }
  }

  async untilDead(pid: number, limitMs = 15_000): Promise<void> {
    await this.until(`the end of process ${pid}`, () => !this.isAlive(pid), limitMs);
  }

  /** Every process that was started in the environment of this subject. */
  processes(): number[] {
    const mark = `HOME=${this.userHome}`;
    const { processes } = this.bench;
    return processes.list().map(({ pid }) => pid).filter((pid) => processes.environment(pid).includes(mark));
  }

  /** Stops the daemon and ends what is left of it. @throws Violation when something stays */
  async close(): Promise<void> {
    await this.run(["stop", "--timeout", "5s"], { limitMs: 20_000 });
    let quietLooks = 0; // One is not enough: while a process executes a file it has no environment.
    await this.until("the end of what it started", () => {
      const left = this.processes();
      for (const pid of left) this.signal(pid, "SIGKILL");
      quietLooks = left.length === 0 ? quietLooks + 1 : 0;
      return quietLooks === 2;
    });
  }
}

/** A `[[program]]` that runs a shell script. */
export function program(name: string, script: string, extra = ""): string {
  return `\n[[program]]\nname = "${name}"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(script)}]\n${extra}\n`;
}

/** A `[[job]]` that runs a shell script. */
export function job(name: string, script: string, extra = ""): string {
  return `\n[[job]]\nname = "${name}"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(script)}]\n${extra}\n`;
}
