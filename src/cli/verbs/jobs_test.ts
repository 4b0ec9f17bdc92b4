import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { AppdError } from "../../base/errors.ts";
import type { RunReport } from "../../base/job_reports.ts";
import { fakeJob, fakeRun, UNDER_WAY } from "../../http/fake_jobs.ts";
import { until } from "../../system/until.ts";
import { FakeClock } from "../../system/fake_clock.ts";
import { realSystem } from "../../system/system.ts";
import { type FakeInstance, fakeInstance, fakeProgram, runIn } from "../fake_instance.ts";
import { fakeTerminal } from "../fake_terminal.ts";
import { createOutput } from "../output.ts";
import { showProgress } from "../progress.ts";

const ENDED = "2025-11-01T10:30:02.600Z";

/** The day of an instant where this host is, which may be another one than in UTC. */
const dayOf = (instant: string) => new Date(instant).toLocaleDateString("sv-SE");

/** A daemon with the jobs `standup` and `backup`, of which `backup` is paused. */
function setUp(): FakeInstance {
  const test = fakeInstance([fakeProgram("web")]);
  test.jobs.push(fakeJob("standup"), fakeJob("backup", { paused: true, next_at: null, last: null, triggers: 0 }));
  return test;
}

/** Ends the run that `jobs run` has begun as soon as somebody waits for it. */
async function endNext(test: FakeInstance, more: Partial<RunReport>): Promise<void> {
  await until("somebody waits", () => test.daemon.calls.includes("ended 3"));
  const [run] = test.daemon.scheduler.runs;
  if (run !== undefined) test.daemon.scheduler.end({ ...run, ended_at: ENDED, duration_s: 2.5, ...more });
}

Deno.test("jobs are listed: a table, names for scripts, objects for programs", async () => {
  await using test = setUp();
  const { stdout } = await test.run("jobs");
  assert.match(stdout, /^NAME +STATE +SCHEDULE +LAST +NEXT +TRIGGERS +NOTE\n/);
  assert.match(stdout, /^standup +scheduled +every 3h +ok .* ago, took 2s +now +8 +-$/m);
  assert.match(stdout, /^backup +paused +every 3h +never +- +0 +-$/m);
  assert.equal((await test.run("jobs", "list", "--quiet")).stdout, "standup\nbackup\n");
  assert.deepEqual(JSON.parse((await test.run("jobs", "--json")).stdout), test.jobs);
  await using none = fakeInstance([]);
  assert.equal((await none.run("jobs")).stdout, "no jobs\n");
});

Deno.test("one job is shown with its last runs and output, one run with its own", async () => {
  await using test = setUp();
  const job = (await test.run("jobs", "show", "standup")).stdout;
  assert.match(job, /^standup is scheduled\n\nSchedule: +every 3h\n/);
  const head = "\\nLast runs:\\n {2}RUN +SLOT +TRIGGER +STATE +TOOK +NOTE\\n";
  assert.match(job, new RegExp(`${head} {2}2 +${dayOf(fakeRun(2).slot)} .* every +ok +2s +-\\n`));
  assert.match(job, /\nLast output:\n {2}done\n$/);
  const run = (await test.run("jobs", "show", "--run", "2")).stdout;
  assert.match(run, /^run 2 of standup, trigger 2\n\nState: +ok\nTrigger: +every\nSlot: /);
  assert.equal(JSON.parse((await test.run("jobs", "show", "standup", "--json")).stdout).last_output, "done\n");
  assert.equal(JSON.parse((await test.run("jobs", "show", "--run", "1", "--json")).stdout).id, 1);
  const bad: readonly (readonly [args: string[], code: number, says: RegExp])[] = [
    [["show"], 2, /NAME is missing/],
    [["show", "stadnup"], 1, /"stadnup": no such job\nhint: did you mean "standup"\?/],
    [["show", "--run", "77"], 1, /no run "77"/],
    [["show", "backup", "--run", "2"], 2, /it is one of "standup"/],
  ];
  for (const [args, code, says] of bad) {
    const ran = await test.run("jobs", ...args);
    assert.equal(ran.code, code, args.join(" "));
    assert.match(ran.stderr, says);
  }
});

Deno.test("history asks for what was asked, and for pages until there is enough", async () => {
  await using test = setUp();
  test.daemon.scheduler.runs.splice(0, 2, ...Array.from({ length: 2500 }, (_, index) => fakeRun(2500 - index)));
  const asked = () => test.daemon.calls.map((call) => JSON.parse(call.slice("history ".length)).limit);
  assert.equal((await test.run("jobs", "history")).stdout.split("\n").length, 22);
  const all = (await test.run("jobs", "history", "--all", "--json")).stdout.trim().split("\n");
  assert.deepEqual(all.map((line) => JSON.parse(line).id), test.daemon.scheduler.runs.map(({ id }) => id));
  await test.run("jobs", "history", "-n", "1001");
  assert.deepEqual(asked(), [20, 1000, 1000, 1000, 1000, 1]);
  const table = (await test.run("jobs", "history", "standup", "--all")).stdout;
  assert.equal(table.match(/^RUN /gm)?.length, 1, "one head over all pages");
  assert.equal(table.match(/^\d+ /gm)?.length, 2500);
  test.daemon.calls.length = 0;
  await test.run("jobs", "history", "standup", "--failed", "--trigger", "git", "--until", "2025-11-01T10:00:00Z");
  assert.deepEqual(JSON.parse(test.daemon.calls[0]?.slice("history ".length) ?? ""), {
    states: ["failed", "timeout", "interrupted"],
    trigger: "git",
    until: Date.UTC(2025, 10, 1, 10),
    job: "standup",
    limit: 20,
  });
  const bad = [
    ["--failed", "--state", "ok"],
    ["--all", "-n", "5"],
    ["--state", "bad"],
    ["--since", "noon"],
    [
      "--since",
      "2027-02-30",
    ],
    ["--since", "1h", "--until", "2h"],
    ["--since", "1h", "--until", "1h"],
    ["-n", "0"],
  ];
  for (const args of bad) assert.equal((await test.run("jobs", "history", ...args)).code, 2, args.join(" "));
  assert.match((await test.run("jobs", "history", "nobody")).stderr, /"nobody": no such job\nhint: jobs: standup/);
  test.daemon.scheduler.runs.length = 0;
  assert.equal((await test.run("jobs", "history", "--failed")).stderr, "appd: no runs that fit\n");
});

Deno.test("a job is run by hand: recorded, or skipped with its reason", async () => {
  await using test = setUp();
  assert.deepEqual(await test.run("jobs", "run", "standup"), {
    code: 0,
    stdout: "appd: run 3 of standup has begun\n",
    stderr: "",
  });
  assert.equal(JSON.parse((await test.run("jobs", "run", "standup", "--json")).stdout).id, 4);
  assert.equal((await test.run("jobs", "run", "nobody")).code, 1);
  assert.equal((await test.run("jobs", "run", "standup", "--timeout", "5s")).code, 2);
  const skipped = fakeRun(9, { state: "skipped", number: null, reason: "it runs already" });
  Object.assign(test.daemon.scheduler, { run: () => Promise.resolve(skipped) });
  for (const args of [[], ["--wait"]]) {
    const { code, stderr } = await test.run("jobs", "run", "standup", ...args);
    assert.deepEqual([code, stderr.split("\n")[0]], [1, 'appd: cannot run "standup": it was skipped: it runs already']);
  }
});

const CODES: readonly (readonly [more: Partial<RunReport>, code: number, says: RegExp])[] = [
  [{ state: "ok" }, 0, /^appd: run 3 of standup ended well after 2s\n$/],
  [{ state: "failed", exit: { code: 7, signal: null, at: ENDED } }, 7, /failed after 2s: exit 7\n/],
  [{ state: "failed", exit: { code: null, signal: "SIGTERM", at: ENDED } }, 143, /killed by SIGTERM\n/],
  [{ state: "failed", exit: null, reason: "cannot run \x1b" }, 1, /cannot run \\x1b\n/],
  [{ state: "timeout", exit: { code: null, signal: "SIGKILL", at: ENDED } }, 124, /ran into its timeout/],
  [{ state: "cancelled", exit: { code: 0, signal: null, at: ENDED } }, 1, /was cancelled/],
  [{ state: "interrupted" }, 1, /was interrupted/],
];

for (const [more, code, says] of CODES) {
  Deno.test(`who waits for a run that is ${more.state} ends with ${code}`, async () => {
    await using test = setUp();
    const [ran] = await Promise.all([test.run("jobs", "run", "standup", "--wait"), endNext(test, more)]);
    assert.equal(ran.code, code);
    assert.match(ran.stdout + ran.stderr, says);
  });
}

Deno.test("who has waited long enough leaves the job alone", async () => {
  await using test = setUp();
  const { code, stderr } = await test.run("jobs", "run", "standup", "--wait", "--timeout", "20ms");
  assert.equal(code, 124);
  assert.match(stderr, /^appd: not ended after 20ms, run 3 of standup goes on\nhint: .*jobs cancel --run 3\n$/);
  assert.ok(!test.daemon.calls.some((call) => call.startsWith("cancel")));
});

Deno.test("an interrupt from the keyboard ends the waiting, not the job", async () => {
  await using test = setUp();
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", main, "--home", test.home, "jobs", "run", "standup", "--wait"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await until("somebody waits", () => test.daemon.calls.includes("ended 3"));
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  test.daemon.scheduler.end(fakeRun(3));
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stderr), /^appd: run 3 of standup goes on\nhint: see it: .*--run 3; end it: /);
  assert.ok(!test.daemon.calls.some((call) => call.startsWith("cancel")));
});

Deno.test("on a terminal it shows for how long it waits, and leaves nothing behind", () => {
  const terminal = fakeTerminal({ terminal: true });
  const clock = new FakeClock();
  const options = { json: false, quiet: false, verbose: false, noColor: true, env: {} };
  const input = { output: createOutput(terminal, options), system: { ...realSystem(), clock } };
  {
    using _progress = showProgress(input, () => "run 3 of standup");
    clock.advance(2000);
  }
  const clear = "\r\x1b[K";
  assert.equal(terminal.stdout, `${clear}run 3 of standup, 1s${clear}run 3 of standup, 2s${clear}`);
  assert.equal(clock.pending, 0);
  showProgress({ ...input, output: createOutput(fakeTerminal(), options) }, () => "nobody looks");
  assert.equal(clock.pending, 0);
});

Deno.test("a daemon that goes away while somebody waits is an error of its own", async () => {
  await using test = setUp();
  const ran = test.run("jobs", "run", "standup", "--wait");
  await until("somebody waits", () => test.daemon.calls.includes("ended 3"));
  await test.end();
  const { code, stderr } = await ran;
  test.daemon.scheduler.end(fakeRun(3)); // Lets go of who answers nobody any more.
  assert.equal(code, 69);
  assert.equal(
    stderr,
    'appd: cannot wait for run "3": the daemon was stopped meanwhile\nhint: appd start, appd jobs show --run 3\n',
  );
});

Deno.test("who waits is told that the daemon was killed", async () => {
  await using test = setUp();
  const pid = String(2 ** 22 + 1);
  fs.writeFileSync(join(test.home, "daemon.pid"), `${pid}\n`);
  const ran = test.run("jobs", "run", "standup", "--wait");
  await until("somebody waits", () => test.daemon.calls.includes("ended 3"));
  await test.end();
  const { code, stderr } = await ran;
  test.daemon.scheduler.end(fakeRun(3));
  assert.equal(code, 69);
  assert.match(stderr, /^appd: cannot wait for run "3": the daemon died while the run went on; the next one will say /);
  assert.match(stderr, /\nhint: appd start, appd jobs show --run 3\n$/);
});

Deno.test("a job or a run is cancelled; what is over cannot be", async () => {
  await using test = setUp();
  assert.equal((await test.run("jobs", "cancel", "backup")).stdout, "appd: nothing of backup runs or waits\n");
  test.daemon.scheduler.runs.unshift(fakeRun(3, { state: "running", ...UNDER_WAY }));
  assert.equal((await test.run("jobs", "cancel", "standup")).stdout, "appd: cancelled run 3 of standup\n");
  assert.equal((await test.run("jobs", "cancel", "--run", "3")).stdout, "appd: cancelled run 3 of standup\n");
  const over = await test.run("jobs", "cancel", "--run", "1");
  assert.equal(over.code, 1);
  assert.match(over.stderr, /"1": it is over: run 1 of standup ended well after 2s\n/);
  for (const args of [[], ["standup", "--run", "3"]]) {
    assert.equal((await test.run("jobs", "cancel", ...args)).code, 2, args.join(" "));
  }
});

Deno.test("hundreds of runs are cancelled in one line", async () => {
  await using test = setUp();
  const waiting = (id: number) => fakeRun(id, { state: "queued", ...UNDER_WAY });
  test.daemon.scheduler.runs.unshift(waiting(4), waiting(3));
  assert.equal((await test.run("jobs", "cancel", "standup")).stdout, "appd: cancelled 2 runs of standup: 3, 4\n");
  test.daemon.scheduler.runs.unshift(...Array.from({ length: 300 }, (_, index) => waiting(304 - index)));
  assert.equal(
    (await test.run("jobs", "cancel", "standup")).stdout,
    "appd: cancelled 302 runs of standup: 3, 4, 5, 6, 7 and 297 more\n",
  );
});

Deno.test("pause and resume say what goes on", async () => {
  await using test = setUp();
  assert.equal(
    (await test.run("pause")).stdout,
    "Scheduler paused\n\nPrograms and Git monitoring are still active\nUse 'appd resume' to resume scheduler\n",
  );
  assert.match((await test.run("pause", "backup", "--until", "2h")).stdout, /^Job backup paused until .*\n/);
  assert.equal((await test.run("resume")).stdout, "Scheduler resumed\nStill paused by themselves: backup\n");
  assert.equal((await test.run("resume", "backup", "--json")).code, 0);
  const [all, one, ...resumed] = test.daemon.calls;
  assert.equal(all, "pause undefined undefined");
  const ahead = Number(/^pause backup (\d+)$/.exec(one ?? "")?.[1]) - Date.now();
  assert.ok(ahead > 7_100_000 && ahead <= 7_200_000, one);
  assert.deepEqual(resumed, ["resume undefined", "resume backup"]);
  for (const until of ["yesterday", "2020-01-01", "25:00", "2027-02-30"]) {
    assert.equal((await test.run("pause", "--until", until)).code, 2, until);
  }
  assert.equal((await test.run("pause", "nobody")).code, 1);
  assert.equal((await test.run("pause", "-q")).stdout, "");
});

Deno.test("the next runs are shown", async () => {
  await using test = setUp();
  const { stdout } = await test.run("schedule", "next");
  const day = dayOf(fakeJob("standup").next_at ?? "");
  assert.match(stdout, new RegExp(`^AT +IN +JOB +TRIGGER +NOTE\\n${day} .* in 0ms +standup +every +-\\n$`));
  await test.run("schedule", "next", "backup", "--count", "3", "--json");
  assert.deepEqual(test.daemon.calls, ["upcoming 10 standup", "upcoming 3 backup"]);
  assert.equal((await test.run("schedule", "next", "nobody")).code, 1);
  assert.equal((await test.run("schedule", "next", "--count", "0")).code, 2);
});

Deno.test("why tells of a job what its history says", async () => {
  await using test = setUp();
  assert.match((await test.run("why", "backup", "--quiet")).stdout, /^backup is paused; it never ran\n$/);
  const { stdout } = await test.run("why", "standup");
  assert.match(stdout, /\nWhat happened:\n {2}2025-11-01 10:30:00 UTC {2}by its interval: ok after 2s \(run 1\)\n/);
  assert.match(
    (await test.run("why", "wbe")).stderr,
    /did you mean "web"\? programs, jobs and health checks: web, standup, backup, logs\n/,
  );
});

Deno.test("a refusal of the scheduler keeps its words and its exit code", async () => {
  await using test = setUp();
  const error = new AppdError('cannot run "standup": the daemon is stopping', { exit: "unavailable" });
  Object.assign(test.daemon.scheduler, { run: () => Promise.reject(error) });
  const { code, stderr } = await test.run("jobs", "run", "standup");
  assert.deepEqual([code, stderr], [69, 'appd: cannot run "standup": the daemon is stopping\n']);
});

Deno.test("without a daemon the next times are those of the configuration", async () => {
  await using test = setUp();
  await test.end();
  fs.writeFileSync(join(test.home, "config.toml"), '[[job]]\nname = "a"\nevery = "1h"\ncommand = ["true"]\n');
  const { code, stdout } = await runIn(test.home, ["schedule", "next", "--json", "--count", "2"]);
  assert.equal(code, 0);
  assert.deepEqual(
    (JSON.parse(stdout) as { job: string; trigger: string }[]).map(({ job, trigger }) => [job, trigger]),
    [
      ["a", "every"],
      ["a", "every"],
    ],
  );
  assert.equal((await runIn(test.home, ["schedule", "next", "b"])).code, 1);
});

Deno.test("hints are about the instance that the line names", async () => {
  await using test = setUp();
  const home = ["--home", test.home] as const;
  const why = await test.run("why", "standup", ...home);
  assert.match(why.stdout, new RegExp(`^ {2}appd --home ${test.home} jobs run standup --wait$`, "m"));
  assert.equal(
    (await test.run("pause", "standup", ...home)).stdout.split("\n").at(-2),
    `Use 'appd --home ${test.home} resume standup' to resume standup`,
  );
  await test.end();
  const gone = `appd: cannot list the jobs of "${test.home}": the daemon is not running`;
  const { stderr } = await test.run("jobs", ...home);
  assert.equal(stderr, `${gone}\nhint: start it: appd --home ${test.home} start\n`);
  const { error } = JSON.parse((await test.run("jobs", "--json", `--home=${test.home}`)).stderr);
  assert.equal(error.hint, `start it: appd --home ${test.home} start`);
  assert.match(
    (await test.run("jobs", "cancel", ...home)).stderr,
    /example: appd --home .* jobs cancel backup, or appd --home/,
  );
});

Deno.test("without a daemon every verb says so with 3", async () => {
  await using test = setUp();
  await test.end();
  const lines = ["jobs", "jobs show a", "jobs history", "jobs run a", "jobs cancel a", "pause", "resume a"];
  for (const line of lines) {
    const { code, stderr } = await runIn(test.home, line.split(" "));
    assert.equal(code, 3, line);
    assert.match(stderr, /^appd: cannot .*: the daemon is not running\nhint: start it: appd start\n$/, line);
  }
});
