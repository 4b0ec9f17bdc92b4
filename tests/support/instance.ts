import fs from "node:fs";
import { join } from "node:path";
import { until } from "../../src/system/until.ts";
import { freePort } from "./ports.ts";

export { freePort, until };

/** The compiled binary of a program: appd, or an app of examples/. */
export function binaryOf(program: string): string {
  return `${fs.realpathSync(new URL("../../dist", import.meta.url))}/${program}`;
}

/** The compiled binary under test. */
export const BINARY = binaryOf("appd");

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  /** Directory that the command is given in. Default: that of the test. */
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** One instance of a compiled binary in a home of its own; disposing stops it and ends whatever of it is left. */
export class Instance implements AsyncDisposable {
  /** Where its files are. */
  readonly home: string;
  readonly port: number;
  readonly binary: string;
  /** HOME of all its processes. */
  readonly #root: string;
  /** {@link home} without symbolic links, also when it is gone. */
  readonly #realHome: string;
  /** Whether others live there too; else it is removed at the end. */
  readonly #isShared: boolean;
  readonly #ownEnv: Readonly<Record<string, string>>;

  /**
   * @param program appd, led to its home by APPD_HOME, or an app of examples/, whose home is `~/.NAME`
   * @param options `root`: a directory that is HOME of other apps too, and that whoever made it removes
   */
  constructor(config?: string, program = "appd", { root }: { readonly root?: string | undefined } = {}) {
    this.#isShared = root !== undefined;
    this.#root = root ?? fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", `${program}-`));
    this.home = program === "appd" ? this.#root : join(this.#root, `.${program}`);
    this.#ownEnv = program === "appd" ? { APPD_HOME: this.home } : {};
    this.binary = binaryOf(program);
    this.port = freePort();
    fs.mkdirSync(this.home, { recursive: true, mode: 0o700 });
    this.#realHome = fs.realpathSync(this.home);
    this.write(config ?? "");
  }

  /**
   * Writes config.toml; without a [server] section the instance's own port is added. It changes from one text to the other:
   * a daemon that reads it at this moment, because of a signal of before, would take half a file for a whole one.
   */
  write(text: string): void {
    const server = text.includes("[server]") ? "" : `[server]\nport = ${this.port}\n`;
    const path = join(this.home, "config.toml");
    const before = fs.statSync(path, { throwIfNoEntry: false });
    fs.writeFileSync(`${path}.draft`, server + text);
    if (before !== undefined) {
      fs.chmodSync(`${path}.draft`, before.mode);
      fs.chownSync(`${path}.draft`, before.uid, before.gid);
    }
    fs.renameSync(`${path}.draft`, path);
  }

  env(more: Record<string, string> = {}): Record<string, string> {
    const path = Deno.env.get("PATH") ?? "/usr/bin:/bin";
    return { PATH: path, LANG: "C.UTF-8", HOME: this.#root, ...this.#ownEnv, NO_COLOR: "1", ...more };
  }

  /** Starts the binary and does not wait for it. */
  spawn(args: readonly string[], options: RunOptions = {}): Deno.ChildProcess {
    return new Deno.Command(this.binary, {
      args: [...args],
      ...(this.binary === BINARY ? {} : { cwd: this.#root }), // An app may look at where it is started.
      clearEnv: true,
      env: options.env ?? this.env(),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const child = this.spawn(args, options);
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 60_000);
    try {
      const { code, stdout, stderr } = await child.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** `start`, which must succeed. */
  async start(...args: string[]): Promise<RunResult> {
    const result = await this.run(["start", ...args]);
    if (result.code !== 0) throw new Error(`start ended with ${result.code}: ${result.stderr}`);
    return result;
  }

  pid(): number {
    return Number(fs.readFileSync(join(this.home, "daemon.pid"), "utf8"));
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async status(): Promise<any> {
    return JSON.parse((await this.run(["status", "--json"])).stdout);
  }

  async get(path: string): Promise<{ status: number; body: string }> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
    return { status: response.status, body: await response.text() };
  }

  /** Every process that carries this instance's directory in its environment. */
  processes(): number[] {
    return processesWith(`HOME=${this.#root}`);
  }

  /** Who keeps the output of its programs for a next daemon. */
  keepers(): number[] {
    return processesWith(`APPD_KEEPER=${this.#realHome}/programs`).filter(alive);
  }

  /** The daemons among them. */
  daemons(): number[] {
    return this.processes().filter((pid) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/exe`) === this.binary;
      } catch {
        return false; // gone
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["stop", "--timeout", "5s"], { timeoutMs: 20_000 });
    let quietLooks = 0; // One is not enough: while a process executes a file it has no environment.
    await until("nothing of the instance is left", () => {
      const left = [...this.#isShared ? this.daemons() : this.processes(), ...this.programs(), ...this.keepers()]
        .filter(alive);
      for (const pid of left) signal(pid, "SIGKILL");
      quietLooks = left.length === 0 ? quietLooks + 1 : 0;
      return quietLooks === 2;
    });
    if (!this.#isShared) fs.rmSync(this.#root, { recursive: true, force: true });
  }

  /** Processes whose stdout is a FIFO or file of the instance: programs that outlived their daemon. */
  programs(): number[] {
    return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/fd/1`).startsWith(`${this.home}/`);
      } catch {
        return false; // gone, or not ours
      }
    });
  }
}

/** Processes with an entry such as `HOME=/tmp/x` in their environment, or one that ends with it. */
function processesWith(entry: string): number[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${entry}\0`);
    } catch {
      return false; // gone, or not ours
    }
  });
}

/** Sends a signal; false when the process is gone. */
export function signal(pid: number, name: Deno.Signal): boolean {
  try {
    Deno.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What proc(5) says of a process; undefined when it is gone. */
function lookAt(pid: number): { readonly isZombie: boolean; readonly threads: number } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { isZombie: words[0] === "Z", threads: Number(words[17]) };
  } catch {
    return undefined;
  }
}

/** Whether a process lives; a zombie does not. */
export function alive(pid: number): boolean {
  return lookAt(pid)?.isZombie === false;
}

/**
 * Whether anything of a process is left: its first thread may be a zombie while another one still waits for a disk, and
 * until that one ends the kernel keeps the locks and files of the process.
 */
export function remains(pid: number): boolean {
  const seen = lookAt(pid);
  return seen !== undefined && (!seen.isZombie || seen.threads > 1);
}

/** A program section that runs a shell script. */
export function program(name: string, script: string, extra = ""): string {
  return `\n[[program]]\nname = "${name}"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(script)}]\n${extra}\n`;
}
