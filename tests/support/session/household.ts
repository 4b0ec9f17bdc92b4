/** One HOME for several apps, and a directory beside it for what they work on. */
import fs from "node:fs";
import { join } from "node:path";
import { signal } from "../instance.ts";

export class Household implements Disposable {
  readonly #directory = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "side-by-side-"));
  /** HOME. */
  readonly root = join(this.#directory, "home");
  readonly workshop = join(this.#directory, "work");

  constructor() {
    for (const directory of [this.root, this.workshop]) fs.mkdirSync(directory);
  }

  /** Processes that have this HOME, work below it, or write there: `PID COMMAND`. */
  processes(): string[] {
    return this.#pids().map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim()}`);
  }

  /** What is in HOME. */
  names(): string[] {
    return fs.readdirSync(this.root).sort();
  }

  #pids(): number[] {
    const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
    return pids.filter((pid) =>
      read(`/proc/${pid}/environ`).split("\0").includes(`HOME=${this.root}`) ||
      ["cwd", "fd/1", "fd/2"].some((name) => link(`/proc/${pid}/${name}`).startsWith(`${this.root}/`))
    );
  }

  [Symbol.dispose](): void {
    for (const pid of this.#pids()) signal(pid, "SIGKILL");
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}

function read(path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return ""; // gone
  }
}

function link(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return ""; // gone, or without such a descriptor
  }
}
