/** The compiled binary in a container, which here is a PID namespace: who waits for orphans, and who hears signals. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { BINARY, Instance, program, signal, until } from "../support/instance.ts";

const ORPHANS = 200;
const INIT = fs.realpathSync(new URL("../../deploy/container/init.sh", import.meta.url));
const UNSHARE = ["--pid", "--fork", "--mount", "--mount-proc", "--kill-child"];
const isAllowed = new Deno.Command("unshare", { args: [...UNSHARE, "true"], stderr: "null" }).outputSync().success;
const skipped = isAllowed ? "" : " (skipped: no PID namespaces here)";

/** A first process, and whether somebody waits for orphans then. */
interface Way {
  readonly about: string;
  /** Words before those of the binary. */
  readonly before: readonly string[];
  /** Tools beside those that the programs need; undefined: all of this machine. */
  readonly tools?: readonly string[];
  readonly reaps: boolean;
}

const WAYS: readonly Way[] = [
  { about: "init.sh by sh", before: ["/bin/sh", INIT], reaps: true },
  { about: "init.sh by bash", before: ["/bin/bash", "--posix", INIT], reaps: true },
  { about: "appd, where there is perl", before: [], tools: ["perl"], reaps: true },
  { about: "appd, where there is python3", before: [], tools: ["python3"], reaps: true },
  { about: "appd, where there is neither", before: [], tools: [], reaps: false },
];

/** A directory of links to tools, in place of all that this machine has. */
function path(instance: Instance, { tools }: Way): string {
  if (tools === undefined) return "/usr/bin:/bin";
  const bin = join(instance.home, "bin");
  fs.mkdirSync(bin);
  for (const tool of ["sh", "sleep", "tee", "env", ...tools]) fs.symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  return bin;
}

/** A running container. */
class Container implements AsyncDisposable {
  readonly instance: Instance;
  readonly #child: Deno.ChildProcess;
  readonly #env: Record<string, string>;

  constructor(way: Way, config: string) {
    this.instance = new Instance(config);
    this.#env = this.instance.env({ PATH: path(this.instance, way) });
    this.#child = new Deno.Command("/usr/bin/unshare", {
      args: [...UNSHARE, ...way.before, BINARY, "run"],
      clearEnv: true,
      env: this.#env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  }

  /** The first process, by its PID out here. */
  get first(): number {
    return childrenOf(this.#child.pid)[0]?.pid ?? 0;
  }

  zombies(): number {
    return childrenOf(this.first).filter(({ state }) => state === "Z").length;
  }

  // deno-lint-ignore no-explicit-any -- the shape under test
  async status(): Promise<any> {
    try {
      return JSON.parse((await this.instance.get("/api/v1/status")).body);
    } catch (error) {
      if (error instanceof TypeError) return undefined; // Nobody listens yet.
      throw error;
    }
  }

  /** Runs a command of the binary inside. */
  async run(...words: string[]): Promise<{ code: number; stdout: string }> {
    const args = ["-t", String(this.first), "-p", "-m", BINARY, ...words];
    const { code, stdout } = await new Deno.Command("/usr/bin/nsenter", { args, clearEnv: true, env: this.#env })
      .output();
    return { code, stdout: new TextDecoder().decode(stdout) };
  }

  /** Its exit code, and what it said. */
  async ended(): Promise<{ code: number; stderr: string }> {
    const { code, stderr } = await this.#child.output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.first > 0) signal(this.first, "SIGKILL");
    await this.instance[Symbol.asyncDispose]();
  }
}

function childrenOf(parent: number): { pid: number; state: string }[] {
  return fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, "utf8");
      const [state = "", ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(ppid) === parent ? [{ pid: Number(name), state }] : [];
    } catch {
      return []; // gone
    }
  });
}

/** Forks twice, so that each lives on without a parent, and says when it ends. */
const FORKER = program(
  "forker",
  `i=0; while [ $i -lt ${ORPHANS} ]; do ( ( sleep 0.2; echo x >> "$APPD_HOME/ended" ) & ); i=$((i+1)); done; exec sleep 600`,
);

function endedOrphans(home: string): number {
  const file = join(home, "ended");
  return fs.existsSync(file) ? fs.readFileSync(file).length / 2 : 0;
}

for (const way of WAYS) {
  Deno.test({
    name: `first process ${way.about}: ${
      way.reaps ? "no" : `${ORPHANS}`
    } zombies of ${ORPHANS} orphans, HUP, TERM${skipped}`,
    ignore: !isAllowed,
    async fn() {
      await using container = new Container(way, "");
      const { instance } = container;
      instance.write(FORKER.replaceAll("$APPD_HOME", instance.home));
      await until("a daemon", async () => (await container.status())?.state === "ready");
      // The first configuration may have been read before the program was written.
      signal(container.first, "SIGHUP");
      await until("the orphans' ends", () => endedOrphans(instance.home) === ORPHANS);
      await until("their zombies", () => container.zombies() === (way.reaps ? 0 : ORPHANS));
      if (!way.reaps) await isSaid(container);
      instance.write(program("other", "exec sleep 600"));
      signal(container.first, "SIGHUP");
      await until("a reload", async () => (await container.status())?.programs[0]?.name === "other");
      signal(container.first, "SIGTERM");
      const { code, stderr } = await container.ended();
      assert.equal(code, 0, stderr);
      assert.match(stderr, /shutdown complete/);
      assert.equal(/nothing here waits for orphaned processes/.test(stderr), !way.reaps);
    },
  });

  Deno.test({
    name: `first process ${way.about}: an invalid configuration ends with 78, a kill with 137${skipped}`,
    ignore: !isAllowed,
    async fn() {
      await using bad = new Container(way, "nonsense = [\n");
      assert.equal((await bad.ended()).code, 78);
      await using good = new Container(way, "");
      await until("a daemon", async () => (await good.status())?.state === "ready");
      const inside = (await good.status()).pid as number;
      assert.ok(inside > 1, "the daemon is not the first process");
      const daemon = good.instance.daemons().find((pid) => pidInside(pid) === inside) ?? assert.fail("no daemon");
      signal(daemon, "SIGKILL");
      assert.equal((await good.ended()).code, 137);
    },
  });
}

/** Health and doctor name the zombies. */
async function isSaid(container: Container): Promise<void> {
  await until("the check", async () => (await container.instance.get("/health")).body.includes("200 zombies"));
  const { stdout } = await container.run("doctor", "--json");
  const { findings } = JSON.parse(stdout) as { findings: { id: string; what: string }[] };
  assert.match(findings.find(({ id }) => id === "container.no-init")?.what ?? "", /200 zombies/);
}

/** The number that a process has in the innermost namespace: NSpid of proc_pid_status(5). */
function pidInside(pid: number): number {
  return Number(/^NSpid:.*\t(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
