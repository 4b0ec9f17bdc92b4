import assert from "node:assert/strict";
import { AppdError } from "../../base/errors.ts";
import { APPD_SCHEMA } from "../../schema/appd_schema.ts";
import { functionOf } from "../jobs/function_work.ts";
import { orderOf } from "../jobs/testing.ts";
import type { Job, JobContext } from "./job.ts";
import { appJobs, appJobSpecs } from "./jobs.ts";
import { configOf, figApp, figJob, figKits } from "./fake_fig.ts";
import type { Config } from "../../schema/appd_schema.ts";

const systemZone = "Asia/Kolkata";

/** A file that may name what the app has. */
const SCHEMA = { ...APPD_SCHEMA, brings: { job: ["pick"], program: ["press"] } };

async function specs(jobs: readonly Job<Config>[], text = "") {
  const config = await configOf(text, SCHEMA);
  return appJobSpecs(appJobs(figApp({ jobs }), { config, services: ["press"], home: "/h" }), { systemZone });
}

async function refusal(jobs: readonly Job<Config>[], text = ""): Promise<string> {
  const error = await specs(jobs, text).then(() => undefined, (error) => error);
  assert.ok(error instanceof AppdError, String(error));
  assert.equal(error.exitCode, 78);
  return `${error.message} | ${error.hint}`;
}

Deno.test("a job of an app has the settings of a [[job]], its forms and its defaults", async () => {
  const [spec] = await specs([
    figJob({
      every: "15m",
      jitter: "30s",
      on: ["program:web:failed"],
      runOnStart: true,
      stopTimeout: "3s",
      retries: 2,
    }),
  ], '[[program]]\nname = "web"\ncommand = ["x"]\n');
  const { work, ...rest } = spec!;
  assert.equal(work.mark, "function");
  assert.deepEqual(rest, {
    builtIn: true,
    name: "pick",
    enabled: true,
    every: 900_000,
    on: [{ kind: "program", program: "web", state: "failed" }],
    runOnStart: true,
    timezone: "Asia/Kolkata",
    jitter: 30_000,
    timeout: 0,
    retries: 2,
    retryDelay: 10_000,
    retryMaxDelay: 600_000,
    overlap: "skip",
    missed: "once",
    missedMax: 100,
    missedWindow: 86_400_000,
    critical: false,
    stopTimeout: 3000,
    keepRuns: 1000,
    keepFor: 7_776_000_000,
  });
});

Deno.test("the scheduler hears which jobs are in the background", async () => {
  const [plain, house] = await specs([figJob(), figJob({ name: "sort", background: true })]);
  assert.deepEqual([plain?.background, house?.background], [undefined, true]);
});

Deno.test("an app's job is in the file's zone, and one that only events make run queues", async () => {
  const [timed, event] = await specs([
    figJob({ cron: "0 9 * * *" }),
    figJob({ name: "sort", on: ["webhook"] }),
  ], 'timezone = "Europe/Berlin"\n');
  assert.equal(timed?.timezone, "Europe/Berlin");
  assert.deepEqual([timed?.overlap, event?.overlap], ["skip", "queue"]);
});

Deno.test("what the configuration says wins, and its times take the place of those of the app", async () => {
  const settings = () => ({ cron: "@daily", retries: 1 });
  const [spec] = await specs(
    [figJob({ every: "1h", retries: 5, pool: "figs", settings })],
    "scheduler.pools.figs = 1\n",
  );
  assert.deepEqual([spec?.every, spec?.cron, spec?.retries, spec?.pool], [undefined, "@daily", 1, "figs"]);
  const [same] = await specs([figJob({ every: "1h", settings: () => ({ retries: 1 }) })]);
  assert.deepEqual([same?.every, same?.retries], [3_600_000, 1]);
});

Deno.test("the file can name an app's job and service", async () => {
  const text = `
    [[repository]]
    name = "repo"
    path = "/srv/repo"
    job = "pick"
    [[job]]
    name = "after"
    command = ["x"]
    on = ["job:pick:ok", "program:press:failed"]
    [[notify]]
    name = "mail"
    jobs = ["pick"]
    programs = ["press"]
    command = ["x"]`;
  const [spec] = await specs([figJob()], text);
  assert.deepEqual(spec?.on, [{ kind: "git", repository: "repo" }]);
  assert.equal(spec?.overlap, "queue");
});

const REFUSED: readonly (readonly [string, Partial<Job<Config>>, string, RegExp])[] = [
  ["a form", { every: "often" }, "", /^cannot take up the job "pick" of fig: every is "often", .*duration/],
  ["a range", { retries: -1 }, "", /: retries is -1, expected 0 to 1000/],
  ["two times", { every: "1h", cron: "@daily" }, "", /: cron stands beside every = "1h"/],
  ["an event", { on: ["git:none"] }, "", /: on names "none", and no repository has this name/],
  ["its own end", { on: ["job:pick:ok"] }, "", /: on is "job:pick:ok", the end of a run of the job itself/],
  ["a pool", { pool: "none" }, "", /: pool is "none", and the scheduler has no such pool/],
  ["hours", { workHoursOnly: true }, "", /: workHoursOnly is given, and the scheduler has no work hours/],
  ["a word", { overlap: "never" as "skip" }, "", /: overlap is "never"/],
  ["an unknown key", { often: 1 } as Partial<Job<Config>>, "", /: often is not a known setting/],
  ["a bad name", { name: "a b" }, "", /cannot take up the job "a b" of fig: name is "a b"/],
  [
    "a job's name",
    {},
    '[[job]]\nname = "pick"\ncommand = ["x"]\n',
    /: a \[\[job\]\] of the configuration has this name \|/,
  ],
  [
    "a program's name",
    {},
    '[[program]]\nname = "pick"\ncommand = ["x"]\n',
    /: a \[\[program\]\] of the configuration has this name \| give the program another name in the configuration/,
  ],
  ["a service's name", { name: "press" }, "", /the job "press" of fig: a service of the app has this name/],
];

for (const [what, job, text, message] of REFUSED) {
  Deno.test(`${what} of an app's job is refused with 78`, async () =>
    assert.match(await refusal([figJob(job)], text), message));
}

Deno.test("settings that throw are refused, and name their job", async () => {
  const settings = () => {
    throw new Error("no figs there");
  };
  assert.match(await refusal([figJob({ settings })]), /^cannot take up the job "pick" of fig: no figs there/);
});

Deno.test("the function of a job hears of its run, and logs with its number", async () => {
  const heard: JobContext<Config>[] = [];
  const made: unknown[] = [];
  const app = figApp({ jobs: [figJob({ run: (context) => void heard.push(context) })] });
  const jobs = appJobs(app, { config: await configOf(""), services: [], home: "/h" });
  const [spec] = appJobSpecs(jobs, { systemZone, kitFor: figKits((...one) => made.push(one)) });
  const { signal } = new AbortController();
  const variables = { APPD_TRIGGER_PAYLOAD: "ripe" };
  const order = orderOf(spec!, 7, { attempt: 2, slotAt: 1000, cause: { kind: "app", detail: null, variables } });
  await functionOf(spec!)?.call(order, signal);
  const [context] = heard;
  const { variables: given, ...run } = context!.run;
  assert.deepEqual(run, {
    id: 7,
    number: 7,
    attempt: 2,
    slot: new Date(1000),
    trigger: "app",
    detail: null,
    payload: "ripe",
  });
  assert.deepEqual([given.APPD_JOB, given.APPD_RUN_ID, given.APPD_TRIGGER_PAYLOAD], ["pick", "7", "ripe"]);
  assert.equal(context!.signal, signal);
  assert.deepEqual(made, [["jobs.pick", { job_id: 7 }]]);
});
