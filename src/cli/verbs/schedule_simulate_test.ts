import { APPD_APP } from "../../app/kit/app.ts";
import assert from "node:assert/strict";
import type { SimulateOptions } from "../../app/jobs/simulate.ts";
import type { SimulatedRun } from "../../jobs/simulation.ts";
import type { ProgramSpec } from "../command.ts";
import { APPD } from "../command_table.ts";
import { SIMULATE } from "../commands_jobs.ts";
import { fakeTerminal } from "../fake_terminal.ts";
import { main } from "../run.ts";
import { simulateVerb } from "./schedule_simulate.ts";
import { realSystem } from "../../system/system.ts";
import { FakeClock } from "../../system/fake_clock.ts";

const NOW = Date.UTC(2025, 10, 1, 12);

function slot(minute: number, more: Partial<SimulatedRun> = {}): SimulatedRun {
  const at = (seconds: number) => new Date(NOW + minute * 60_000 + seconds * 1000).toISOString();
  const ran = { started_at: at(0), ended_at: at(30), outcome: "ok", reason: null } as const;
  return { job: "backup", slot: at(0), trigger: "cron", ...ran, ...more };
}

const SKIPPED = { started_at: null, ended_at: null, outcome: "skipped", reason: "it runs already" } as const;

/** Runs `simulate` with an engine that gives `runs`. */
async function simulate(runs: Iterable<SimulatedRun> | AsyncIterable<SimulatedRun>, ...args: string[]) {
  return await simulateOn({}, runs, ...args);
}

async function simulateOn(
  { terminal: isTerminal = false, clock = new FakeClock(NOW) }: { terminal?: boolean; clock?: FakeClock },
  runs: Iterable<SimulatedRun> | AsyncIterable<SimulatedRun>,
  ...args: string[]
) {
  const asked: SimulateOptions[] = [];
  const engine = async function* (_context: unknown, options: SimulateOptions) {
    asked.push(options);
    for await (const run of runs) yield run;
  };
  const load = () => Promise.resolve(simulateVerb(engine));
  const program: ProgramSpec = { ...APPD, groups: [{ title: "", commands: [{ ...SIMULATE, load }] }] };
  const terminal = fakeTerminal({ terminal: isTerminal });
  const system = { ...realSystem(), terminal, clock };
  const code = await main({ program, app: APPD_APP }, ["simulate", ...args], system);
  return { code, asked, stdout: terminal.stdout, stderr: terminal.stderr };
}

Deno.test("what would run is shown slot by slot, with the sums at the end", async () => {
  const late = { started_at: slot(2).ended_at, ended_at: slot(3).slot };
  const { code, stdout } = await simulate(
    [slot(0), slot(1, SKIPPED), slot(2, { job: "other", ...late })],
    "--to",
    "1h",
  );
  assert.equal(code, 0);
  const lines = stdout.split("\n");
  assert.match(lines[0] ?? "", /^SLOT +JOB +TRIGGER +OUTCOME +RAN +REASON$/);
  assert.match(lines[1] ?? "", / backup +cron +ok +30s +-$/);
  assert.match(lines[2] ?? "", / backup +cron +skipped +- +it runs already$/);
  assert.match(lines[3] ?? "", / other +cron +ok +30s, 30s late +-$/);
  assert.match(lines[5] ?? "", /^Totals from .* to .*:$/);
  assert.deepEqual(lines.slice(6, 9), [
    "  JOB     SLOTS  OK  SKIPPED",
    "  backup  2      1   1",
    "  other   1      1   0",
  ]);
  assert.match((await simulate([], "--to", "1h")).stdout, /^no slots from /);
  assert.doesNotMatch((await simulate([slot(0)], "--to", "1h", "-q")).stdout, /cron/);
});

Deno.test("many slots are drawn page by page, under one head", async () => {
  const { stdout } = await simulate(Array.from({ length: 1200 }, (_, index) => slot(index)), "--to", "1d");
  assert.equal(stdout.match(/^SLOT /gm)?.length, 1);
  assert.equal(stdout.match(/ cron /g)?.length, 1200);
});

/** Slots that each take a second of real time to find. */
async function* slowly(clock: FakeClock, count: number) {
  for (let minute = 0; minute < count; minute++) {
    await Promise.resolve();
    clock.advance(1000);
    yield slot(minute);
  }
}

Deno.test("a long one says on a terminal how far it is, and only the totals with --quiet", async () => {
  const clock = new FakeClock(NOW);
  const args = ["--to", "1d", "--no-color"];
  const { stdout } = await simulateOn({ terminal: true, clock }, slowly(clock, 501), ...args);
  const text = stdout.replaceAll("\r\x1b[K", "<clear>");
  const day = new Date(NOW).toLocaleDateString("sv-SE"); // Where this host is it may be another one than in UTC.
  assert.match(text, new RegExp(`^<clear>simulating, it is ${day} [\\d:]+ \\S+, 1s<clear>simulating`));
  assert.equal(stdout.match(/ cron /g)?.length, 501);
  assert.match(text, /, 8m 20s<clear>SLOT /, "the line makes room for a page");
  assert.equal(clock.pending, 0);
  const quiet = await simulateOn({ terminal: true, clock }, slowly(clock, 3), ...args, "-q");
  assert.match(quiet.stdout, /^Totals from /m);
  assert.doesNotMatch(quiet.stdout, /\r|SLOT {2}/);
});

Deno.test("an interrupt from the keyboard ends it with the totals so far", async () => {
  const home = Deno.makeTempDirSync({ prefix: "appd-simulate-" });
  Deno.writeTextFileSync(`${home}/config.toml`, '[[job]]\nname = "a"\nevery = "1s"\ncommand = ["true"]\n');
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const words = ["--home", home, "schedule", "simulate", "--to", "3650d"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", main, ...words],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [stderr, stdout] = [new Response(child.stderr).text(), child.stdout.pipeThrough(new TextDecoderStream())];
  let text = "";
  for await (const chunk of stdout) {
    if (text === "") child.kill("SIGINT");
    text += chunk;
  }
  Deno.removeSync(home, { recursive: true });
  assert.equal((await child.status).code, 130);
  assert.match(await stderr, /^appd: interrupted at \d{4}-/);
  assert.match(text, /\nTotals from [^\n]+:\n {2}JOB +SLOTS +OK\n {2}a +\d+ +\d+\n$/);
});

Deno.test("with --json each slot is a line", async () => {
  const runs = [slot(0), slot(1, SKIPPED)];
  const { stdout } = await simulate(runs, "--to", "1h", "--json");
  assert.deepEqual(stdout.trim().split("\n").map((line) => JSON.parse(line)), runs);
});

Deno.test("times and durations are handed on", async () => {
  const { asked } = await simulate([], ...["--from", "2025-11-01T10:00:00Z", "--to", "2d", "--job", "backup"], ...[
    "--duration",
    "backup=5m",
    "--duration=other=10s,third=1h",
  ]);
  assert.deepEqual(asked, [{
    from: NOW - 7_200_000,
    to: NOW - 7_200_000 + 2 * 86_400_000,
    job: "backup",
    durations: { backup: 300_000, other: 10_000, third: 3_600_000 },
  }]);
  assert.equal((await simulate([])).asked[0]?.to, NOW + 86_400_000, "a day without --to");
  const bad: readonly (readonly string[])[] = [
    ["--job", "backup", "--job", "other"],
    ["--to", "2025-10-31"],
    ["--to", "soon"],
    ["--from", "2027-02-30", "--to", "1w"],
    ["--to", "1h", "--duration", "5m"],
    ["--to", "1h", "--duration", "backup=long"],
    ["--to", "1h", "--duration", "=5m"],
  ];
  for (const args of bad) assert.equal((await simulate([], ...args)).code, 2, args.join(" "));
});
