// deno-lint-ignore-file no-console -- a script speaks to the person who ran it
/**
 * Runs the suite: compiles, runs `deno test` in parts, and ends with the plain line `N passed, N failed, N skipped`.
 *
 * usage: deno task test [PATH …]     given paths replace the parts; everything after `--` goes to `deno test`
 *
 * Every part works in a temporary directory of its own. A process that is still there afterwards is a failure.
 */
import fs from "node:fs";
import { join } from "node:path";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Part {
  readonly name: string;
  readonly paths: readonly string[];
  /** Folders of the apps whose binaries it needs, beside appd's. */
  readonly apps?: readonly string[];
  /** After which the part hangs: several times what it takes, because a busy machine is no failure. */
  readonly limitMinutes: number;
}

const ROOT = fs.realpathSync(new URL("..", import.meta.url));

/** What the suite consists of. */
export const PARTS: readonly Part[] = [
  { name: "beside the source", paths: ["src", "bench", "examples"], limitMinutes: 15 },
  {
    name: "the repository",
    paths: [
      "tests/layers_test.ts",
      "tests/app_config_test.ts",
      "tests/derived_test.ts",
      "tests/docs_test.ts",
      "tests/docs_code_test.ts",
      "scripts/test_names_test.ts",
      "tests/build_test.ts",
    ],
    limitMinutes: 10,
  },
  { name: "oracles", paths: ["tests/oracle"], limitMinutes: 6 },
  {
    name: "the compiled binary",
    paths: [
      "tests/support",
      "tests/specs_test.ts",
      "tests/conformance_test.ts",
      "tests/kit_new_test.ts",
      "tests/kit_daemon_test.ts",
      "tests/identity_test.ts",
      "tests/kit_command_line_test.ts",
      "tests/kit_jobs_test.ts",
      "tests/kit_modes_test.ts",
      "tests/kit_services_test.ts",
      "tests/kit_made_services_test.ts",
      "tests/doctor_test.ts",
      "tests/program_environment_test.ts",
      "tests/token_test.ts",
      "tests/json_failures_test.ts",
      "tests/terminal_test.ts",
      "tests/restart_test.ts",
      "tests/restart_app_test.ts",
    ],
    apps: ["tests/fixtures"],
    limitMinutes: 30,
  },
  { name: "apps", paths: ["tests/apps"], apps: ["examples"], limitMinutes: 45 },
  { name: "services", paths: ["tests/service"], limitMinutes: 12 },
  { name: "faults", paths: ["tests/faults"], limitMinutes: 25 },
  { name: "a real systemd", paths: ["tests/systemd"], apps: ["examples"], limitMinutes: 15 },
  { name: "real programs", paths: ["tests/real"], limitMinutes: 12 },
];

/** Counts of `deno test`'s last line: `FAILED | 12 passed (3 steps) | 1 failed | 2 ignored (4s)`. */
export function parseSummary(line: string): Counts | undefined {
  const match = /^(?:ok|FAILED) \| (\d+) passed.*?\| (\d+) failed/.exec(line);
  if (!match) return undefined;
  const ignored = /\| (\d+) ignored/.exec(line);
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(ignored?.[1] ?? 0) };
}

function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // gone, or another user's
  }
}

/** Processes that name `directory` in their environment, arguments, working directory or output: a test left them. */
function leftovers(directory: string): number[] {
  return fs.readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && Number(pid) !== Deno.pid).map(Number)
    .filter((pid) =>
      ["environ", "cmdline"].some((name) =>
        readOr(() => fs.readFileSync(`/proc/${pid}/${name}`, "utf8")).includes(directory)
      ) ||
      ["cwd", "fd/1"].some((name) => readOr(() => fs.readlinkSync(`/proc/${pid}/${name}`)).includes(directory))
    );
}

/** What tells whose a process was: its command, and its home as far as it is there. */
function portrait(pid: number): string {
  const list = (name: string) => readOr(() => fs.readFileSync(`/proc/${pid}/${name}`, "utf8")).split("\0");
  const home = list("environ").find((line) => line.startsWith("HOME="))?.slice("HOME=".length) ?? "";
  const files = readOr(() => fs.readdirSync(home, { recursive: true }).join(" "));
  const parent = /^PPid:\s*(\d+)/m.exec(readOr(() => fs.readFileSync(`/proc/${pid}/status`, "utf8")))?.[1];
  const state = readOr(() => fs.readFileSync(join(home, ".appd", "state.json"), "utf8"));
  return [`${list("cmdline").join(" ")}(parent ${parent})`, `in ${home}: ${files}`, state].join("\n  ");
}

/** Milliseconds in which a process that was killed at the end of the last test is gone, also on a busy machine. */
const DYING_MS = 3000;

/** Ends what is left of a part; the number of processes is the number of failures. */
async function sweep(directory: string, say: (line: string) => void): Promise<number> {
  const end = performance.now() + DYING_MS;
  let left = leftovers(directory);
  while (left.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = leftovers(directory);
  }
  for (const pid of left) {
    say(`left behind: ${pid} ${portrait(pid)}`);
    try {
      Deno.kill(pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  fs.rmSync(directory, { recursive: true, force: true });
  return left.length;
}

/** How a part came out, with everything that it said. */
interface PartRun {
  readonly counts: Counts;
  readonly skipped: readonly string[];
}

/** @param say takes its lines: at once, or at its end, where another part runs beside it */
async function runPart(part: Part, args: readonly string[], say: (line: string) => void): Promise<PartRun> {
  const skipped: string[] = [];
  const directory = fs.mkdtempSync("/tmp/appd-suite-");
  fs.chmodSync(directory, 0o711); // Programs of other users have to get through.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--permit-no-files", ...args, ...part.paths],
    cwd: ROOT,
    env: { NO_COLOR: "1", TMPDIR: directory, APPD_SUITE: directory },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = (async () => {
    for await (const line of linesOf(child.stderr)) say(line);
  })();
  let counts: Counts | undefined;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, part.limitMinutes * 60_000 * (Deno.env.get("APPD_FAULTS") === "full" ? 60 : 1));
  for await (const line of linesOf(child.stdout)) {
    say(line);
    if (/ \.\.\. ignored \(/.test(line)) skipped.push(line.replace(/ \.\.\. ignored.*/, ""));
    counts = parseSummary(line) ?? counts;
  }
  clearTimeout(timer);
  await complaints;
  const { success } = await child.status;
  if (late) say(`ended after ${part.limitMinutes} minutes: ${part.name}`);
  const left = { passed: 0, failed: await sweep(directory, say), skipped: 0 };
  counts ??= { passed: 0, failed: 0, skipped: 0 };
  // A part that ends badly without a failed test (a module that does not load, the time limit) is a failure of its own.
  if (!success && counts.failed === 0) counts = { ...counts, failed: 1 };
  return { counts: add(counts, left), skipped };
}

/** Parts at once: they wait as much as they compute. */
const LANES = Math.min(3, navigator.hardwareConcurrency + 1);

/** Runs the parts, the longest first; what each says comes in one piece, unless it is alone. */
async function runParts(parts: readonly Part[], args: readonly string[]): Promise<PartRun> {
  const waiting = parts.toSorted((a, b) => b.limitMinutes - a.limitMinutes);
  const runs: PartRun[] = [];
  const lane = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      console.log(`== ${part.name} …`);
      const lines: string[] = [];
      runs.push(await runPart(part, args, parts.length === 1 ? console.log : (line) => lines.push(line)));
      console.log([`== ${part.name}`, ...lines].join("\n"));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const none: Counts = { passed: 0, failed: 0, skipped: 0 };
  return { counts: runs.map(({ counts }) => counts).reduce(add, none), skipped: runs.flatMap((run) => run.skipped) };
}

/** The apps of a folder: `examples/vpo/vpo.ts`. */
export function appsIn(folder: string): readonly string[] {
  return fs.readdirSync(join(ROOT, folder)).sort().map((name) => `${folder}/${name}/${name}.ts`)
    .filter((entry) => fs.existsSync(join(ROOT, entry)));
}

/** What says for one repository where it is: git sets it for its hooks, and each git of a test would work in that one. */
const REPOSITORY_VARIABLES = [
  ...["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"],
  ...["GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE"],
];

/** Compiles what is not up to date. @returns how many could not be */
async function compile(entries: readonly string[]): Promise<number> {
  let failed = 0;
  for (const entry of entries) {
    const args = ["scripts/compile.sh", "--if-stale", entry];
    const { success } = await new Deno.Command("bash", { args, cwd: ROOT, stdin: "null" }).spawn().status;
    if (!success) failed++;
  }
  return failed;
}

/** The part of given paths; it needs the apps of the parts that have one of them. */
function partOf(paths: readonly string[]): Part {
  const isIn = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
  const related = PARTS.filter((part) =>
    part.paths.some((own) => paths.some((path) => isIn(path, own) || isIn(own, path)))
  );
  return {
    name: paths.join(" "),
    paths,
    apps: [...new Set(related.flatMap(({ apps = [] }) => apps))],
    limitMinutes: 30,
  };
}

async function main(args: readonly string[]): Promise<number> {
  const split = args.includes("--") ? args.indexOf("--") : args.length;
  const paths = args.slice(0, split);
  const parts = paths.length === 0
    ? PARTS.map((part) => ({ ...part, paths: part.paths.filter((path) => fs.existsSync(join(ROOT, path))) }))
    : [partOf(paths.map((path) => path.replace(/^\.\/|\/$/g, "")))];
  const there = parts.filter((part) => part.paths.length > 0);
  for (const name of REPOSITORY_VARIABLES) Deno.env.delete(name);
  const uncompiled = await compile(["main.ts", ...new Set(there.flatMap(({ apps = [] }) => apps.flatMap(appsIn)))]);
  const { counts, skipped } = await runParts(there, args.slice(split + 1));
  const total = add(counts, { passed: 0, failed: uncompiled, skipped: 0 });
  for (const name of skipped) console.log(`skipped: ${name}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
