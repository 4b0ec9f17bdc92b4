import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { alive, BINARY, type RunResult, signal, until } from "./instance.ts";
import { type LabCgroups, openLabCgroups } from "./lab_cgroups.ts";

const SCRIPT = Deno.realPathSync(new URL("systemd_lab.sh", import.meta.url));
const BOOT_LIMIT_MS = 60_000;
const TOOLS = ["unshare", "nsenter", "mount", "systemctl", "journalctl", "loginctl", "useradd", "runuser"];
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The program under test, as the lab sees it. */
export const LAB_BINARY = "/usr/local/bin/appd";

export interface LabRunOptions {
  readonly timeoutMs?: number;
  /** Runs as this user, with the directories of a login. */
  readonly user?: string;
}

/** A user of the lab. */
export interface LabUser {
  readonly name: string;
  readonly uid: number;
}

/** Why this machine cannot boot a private systemd; undefined when nothing is known against it. */
export function whyNoLab(): string | undefined {
  if (Deno.build.os !== "linux") return "not Linux";
  if (Deno.uid() !== 0) return "not root";
  const places = PATH.split(":");
  const missing = TOOLS.filter((tool) => !places.some((place) => fs.existsSync(join(place, tool))));
  if (missing.length > 0) return `no ${missing.join(", ")}`;
  if (!fs.existsSync("/lib/systemd/systemd") && !fs.existsSync("/usr/lib/systemd/systemd")) return "no systemd";
  const { success } = new Deno.Command("unshare", {
    args: ["--pid", "--fork", "--mount", "--uts", "--ipc", "--net", "--cgroup", "--mount-proc", "true"],
    stdin: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "no new namespaces allowed";
}

/**
 * A machine of its own under a real systemd, in namespaces (unshare(1)): what happens in it cannot reach the host.
 * Disposing ends it and leaves nothing behind.
 */
export class SystemdLab implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #disk: string;
  readonly #cgroups: LabCgroups;
  readonly #console: Promise<string>;
  #ended = false;
  #init = 0;

  private constructor() {
    this.#disk = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "appd-lab-"));
    try {
      this.#cgroups = openLabCgroups(basename(this.#disk));
    } catch (error) {
      fs.rmdirSync(this.#disk);
      throw error;
    }
    this.#child = new Deno.Command(SCRIPT, {
      args: ["enter", this.#disk, BINARY, ...this.#cgroups.entries],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#console = new Response(this.#child.stderr).text();
    void this.#child.status.then(() => this.#ended = true);
  }

  /** @throws Error with what the console said, when it is not up in a minute */
  static async boot(): Promise<SystemdLab> {
    const lab = new SystemdLab();
    try {
      await lab.#up();
      return lab;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw new Error(`cannot boot a private systemd: ${(await lab.#console).trim()}`, { cause: error });
    }
  }

  async #up(): Promise<void> {
    const before = this.#init;
    await until("the lab is up", async () => {
      if (this.#ended) return "ended"; // Waiting on would not help.
      this.#init = initBelow(this.#child.pid) ?? 0;
      if (this.#init === 0 || this.#init === before) return false;
      const { stdout } = await this.systemctl("is-system-running");
      return ["running", "degraded"].includes(stdout.trim());
    }, BOOT_LIMIT_MS);
    if (this.#ended) throw new Error("its init ended");
  }

  /** An orderly `systemctl reboot`; the disk stays, memory and /run do not. */
  async reboot(): Promise<void> {
    await this.systemctl("reboot"); // It may be killed on the way back, so its code says nothing.
    await this.#up();
  }

  /** Where a path of the lab is found from outside. Links with absolute targets in it would lead out of the lab. */
  path(path: string): string {
    return `/proc/${this.#init}/root${path}`;
  }

  write(path: string, text: string, mode = 0o644): void {
    fs.mkdirSync(dirname(this.path(path)), { recursive: true });
    fs.writeFileSync(this.path(path), text);
    fs.chmodSync(this.path(path), mode);
  }

  read(path: string): string {
    return fs.readFileSync(this.path(path), "utf8");
  }

  exists(path: string): boolean {
    return fs.existsSync(this.path(path));
  }

  /** Runs a command in the lab. */
  async run(words: readonly string[], options: LabRunOptions = {}): Promise<RunResult> {
    const { user, timeoutMs = 60_000 } = options;
    const uid = user === undefined ? 0 : (await this.user(user)).uid;
    const as = user === undefined ? [] : ["runuser", "-u", user, "--"];
    const home = user === undefined ? "/root" : `/home/${user}`;
    const env = [`PATH=${PATH}`, "LANG=C.UTF-8", "NO_COLOR=1", `HOME=${home}`, `XDG_RUNTIME_DIR=/run/user/${uid}`];
    const child = new Deno.Command("nsenter", {
      args: ["-t", `${this.#init}`, "-a", "--", ...as, "env", "-i", ...env, ...words],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    try {
      const { code, stdout, stderr } = await child.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs a command that must succeed. @returns what it printed */
  async ok(words: readonly string[], options: LabRunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(words, options);
    if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  appd(...words: string[]): Promise<RunResult> {
    return this.run([LAB_BINARY, ...words]);
  }

  systemctl(...words: string[]): Promise<RunResult> {
    return this.run(["systemctl", "--no-pager", ...words]);
  }

  /** `systemctl --user` of a user whose manager runs. */
  userctl(user: string, ...words: string[]): Promise<RunResult> {
    const options = user === "root" ? {} : { user };
    return this.run(["systemctl", "--user", "--no-pager", ...words], options);
  }

  /** The messages of the journal, one a line, oldest first. */
  async journal(...words: string[]): Promise<string[]> {
    await this.run(["journalctl", "--sync"]);
    const text = await this.ok(["journalctl", "--no-pager", "--quiet", "--output=cat", ...words]);
    return text.split("\n").slice(0, -1);
  }

  /** Properties of a unit, systemctl(1) `show`. */
  async show(unit: string, user?: string): Promise<Record<string, string>> {
    const { stdout } = await (user === undefined ? this.systemctl("show", unit) : this.userctl(user, "show", unit));
    return Object.fromEntries(
      stdout.split("\n").map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]),
    );
  }

  /** Waits until a unit is in a state (`active`, `failed`, `activating`, …). @returns its properties then */
  waitFor(unit: string, state: string, limitMs = 60_000): Promise<Record<string, string>> {
    return until(`${unit} is ${state}`, async () => {
      const properties = await this.show(unit);
      return properties.ActiveState === state ? properties : undefined;
    }, limitMs);
  }

  /** Whether a process of the lab lives; a zombie does not. */
  alive(pid: number): boolean {
    try {
      const stat = this.read(`/proc/${pid}/stat`);
      return stat[stat.lastIndexOf(")") + 2] !== "Z";
    } catch {
      return false; // gone
    }
  }

  /** PIDs of the lab that are in a unit's cgroup. */
  async processesOf(unit: string): Promise<number[]> {
    const { ControlGroup: group = "" } = await this.show(unit);
    if (group === "") return [];
    const { stdout } = await this.run(["systemd-cgls", "--no-pager", "--full", "--unit", unit]);
    return [...stdout.matchAll(/^[\s│├└─]*(\d+) /gm)].map((match) => Number(match[1]));
  }

  /** Adds a user with a home, unless it is there. */
  async user(name: string): Promise<LabUser> {
    const known = () =>
      /^[^:]*:[^:]*:(\d+)/.exec(this.read("/etc/passwd").split("\n").find((l) => l.startsWith(`${name}:`)) ?? "");
    if (known() === null) {
      const { code, stderr } = await this.run(["useradd", "--create-home", "--shell", "/bin/sh", name]);
      if (code !== 0) throw new Error(`cannot add the user ${name}: ${stderr}`);
    }
    return { name, uid: Number(known()?.[1]) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!fs.existsSync(this.#disk)) return; // Done before.
    const init = initBelow(this.#child.pid);
    if (init !== undefined) signal(init, "SIGKILL");
    await this.#child.stdin.close().catch(() => {}); // It has ended before.
    await this.#child.status;
    this.#ended = true;
    await until("the lab's cgroups are empty", () => {
      this.#cgroups[Symbol.dispose]();
      return true;
    });
    fs.rmSync(this.#disk, { recursive: true, force: true });
  }

  /** What is still there of a lab that has been disposed of: processes in its cgroups, the cgroups, its directory. */
  remains(): string[] {
    const name = basename(this.#disk);
    const processes = fs.readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && alive(Number(pid)))
      .filter((pid) => readOr(`/proc/${pid}/cgroup`).includes(`/${name}`));
    const places = [this.#disk, ...this.#cgroups.entries.map((entry) => entry.replace(/^.*=/, ""))];
    return [...processes, ...places.filter((place) => fs.existsSync(place))];
  }
}

/** The process below `pid` that is the first of a PID namespace. */
function initBelow(pid: number): number | undefined {
  if (/^NSpid:.*\t1$/m.test(readOr(`/proc/${pid}/status`))) return pid;
  const children = readOr(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter((one) => one !== "");
  return children.map((child) => initBelow(Number(child))).find((found) => found !== undefined);
}

function readOr(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return ""; // It ended meanwhile.
  }
}
