import assert from "node:assert/strict";
import { join } from "node:path";
import { diffConfig } from "./diff.ts";
import { explain, getSetting, listValues } from "./explain.ts";
import { loadConfig } from "./load.ts";
import { homeWith, problemLines, warningLines } from "./home_with.ts";
import { systemFiles } from "../system/files.ts";
import { setSetting } from "./set.ts";

function job(name: string, ...more: string[]): string {
  const command = more.some((line) => line.startsWith("command")) ? [] : ['command = ["x"]'];
  return ["[[job]]", `name = "${name}"`, ...command, ...more, ""].join("\n");
}

function repository(name: string, ...more: string[]): string {
  const path = more.some((line) => line.startsWith("path =")) ? [] : [`path = "/srv/${name}"`];
  return ["[[repository]]", `name = "${name}"`, ...path, ...more, ""].join("\n");
}

const PROGRAM = '[[program]]\nname = "web"\ncommand = ["x"]\ninstances = 2\n';
const HOURS = '[scheduler]\nwork_hours = { days = "mon-fri" }\n';

async function load(text: string) {
  await using home = homeWith(text);
  const loaded = await loadConfig({ ...home, home: "/h" });
  assert.deepEqual(loaded.warnings, []);
  return loaded.config;
}

Deno.test("a job has everything: its own, inherited from [log] and from the top, and defaults", async () => {
  const { jobs: [standup] } = await load(
    `timezone = "Europe/Berlin"\n[log]\nmax_files = 7\n${
      job("standup", 'cron = "0 9 * * mon-fri"', 'log = { max_age = "1h" }')
    }`,
  );
  const { log, ...rest } = standup!;
  assert.deepEqual(rest, {
    name: "standup",
    command: ["x"],
    shell: false,
    enabled: true,
    cron: "0 9 * * mon-fri",
    timezone: "Europe/Berlin",
    on: [],
    runOnStart: false,
    jitter: 0,
    workHoursOnly: false,
    outsideHours: "skip",
    timeout: 0,
    retries: 0,
    retryDelay: 10_000,
    retryMaxDelay: 600_000,
    overlap: "skip",
    missed: "once",
    missedMax: 100,
    missedWindow: 86_400_000,
    critical: false,
    keepRuns: 1000,
    keepFor: 90 * 86_400_000,
    cwd: "/h",
    env: {},
    stopSignal: "SIGTERM",
    stopTimeout: 10_000,
  });
  assert.deepEqual([log.maxFiles, log.maxAge, log.timestamp], [7, 3_600_000, false]);
});

Deno.test("everything that the scheduler, a job and a repository can say is read", async () => {
  const { scheduler, jobs: [all], repositories } = await load(`
[scheduler]
work_hours = { days = ["fri-mon"], start = "22:00", end = "6", timezone = "Asia/Kolkata" }
concurrency = 4
pools = { db = 1 }
${PROGRAM}
${
    job(
      "all",
      'command = "a | b"',
      "shell = true",
      'every = "90s"',
      'on = ["webhook", "git:site", "program:web.2:failed", "program:web:any"]',
      "run_on_start = true",
      'jitter = "30s"',
      "work_hours_only = true",
      'outside_hours = "defer"',
      'timeout = "0"',
      "retries = 2",
      'retry_delay = "1m"',
      'overlap = "allow"',
      'pool = "db"',
      'missed = "all"',
      "missed_max = 3",
      "critical = true",
      'deadline = "1h"',
      'stop_signal = "INT"',
      'user = "nobody"',
    )
  }
${
    repository(
      "site",
      'path = "repo"',
      'project = "Site"',
      'branches = ["main", "release/*"]',
      'paths = ["src/**"]',
      'events = ["switch"]',
    )
  }`);
  assert.deepEqual(scheduler, {
    workHours: { days: [0, 1, 5, 6], start: 22 * 60, end: 6 * 60, timezone: "Asia/Kolkata" },
    hasWorkHours: true,
    concurrency: 4,
    pools: { db: 1 },
  });
  assert.deepEqual(all?.command, ["/bin/sh", "-c", "a | b"]);
  assert.deepEqual(all?.on, [
    { kind: "webhook" },
    { kind: "git", repository: "site" },
    { kind: "program", program: "web.2", state: "failed" },
    { kind: "program", program: "web", state: "any" },
  ]);
  assert.deepEqual([all?.every, all?.timeout, all?.deadline, all?.stopSignal], [90_000, 0, 3_600_000, "SIGINT"]);
  assert.deepEqual([all?.overlap, all?.cwd, all?.timezone], ["allow", "/", undefined]);
  assert.deepEqual(repositories, [{
    name: "site",
    path: "/h/repo",
    enabled: true,
    project: "Site",
    branches: ["main", "release/*"],
    paths: ["src/**"],
    events: ["switch"],
    job: [],
    pollInterval: 10_000,
    maxCommits: 1000,
  }]);
});

Deno.test("work hours take the zone at the top, and none when they are switched off", async () => {
  const zone = async (text: string) => (await load(text)).scheduler;
  assert.equal((await zone(`timezone = "UTC"\n${HOURS}`)).workHours?.timezone, "UTC");
  assert.equal("timezone" in ((await zone(HOURS)).workHours ?? {}), false);
  const off = `[scheduler.work_hours]\nenabled = false\n${job("a", "work_hours_only = true")}`;
  assert.equal((await zone(off)).workHours, undefined);
});

Deno.test("what a repository says of a job stands at the job, once", async () => {
  const { jobs, repositories } = await load(
    job("timed", 'every = "1h"', 'on = ["git:a"]') + job("event") + job("own", 'overlap = "skip"') + job("hand") +
      job("told", 'on = "start"') + repository("a", 'job = ["timed", "event", "own"]') +
      repository("b", 'job = "event"'),
  );
  const [a, b] = ["a", "b"].map((name) => ({ kind: "git", repository: name }));
  assert.deepEqual(jobs.map(({ name, on, overlap }) => [name, on, overlap]), [
    ["timed", [a], "skip"],
    ["event", [a, b], "queue"],
    ["own", [a], "skip"],
    ["hand", [], "skip"],
    ["told", [{ kind: "start" }], "queue"],
  ]);
  assert.deepEqual(repositories.map(({ job }) => job), [["timed", "event", "own"], ["event"]]);
});

Deno.test("a reload sees that a job changed when its repository says so", async () => {
  const before = await load(job("a") + repository("r"));
  const after = await load(job("a") + repository("r", 'job = "a"') + job("b") + "[scheduler]\nconcurrency = 2\n");
  assert.deepEqual(diffConfig(before, after), [
    { key: "scheduler.concurrency", change: "changed", effect: "applied" },
    { key: "job.a", change: "changed", effect: "applied" },
    { key: "job.b", change: "added", effect: "applied" },
    { key: "repository.r", change: "changed", effect: "applied" },
  ]);
});

const PROBLEMS: readonly [name: string, text: string, ...problems: string[]][] = [
  [
    "an interval and times",
    job("a", 'every = "1h"', 'cron = "@daily"'),
    '5:1 job.a.cron stands beside every = "1h", and a job takes one of the two (take one of them out, or make two jobs)',
  ],
  [
    "keys of other schedulers",
    job("a", 'schedule = "0 9 * * *"', 'trigger = "start"'),
    '4:1 job.a.schedule is not a known setting (write every = "3h", or cron = "0 9 * * mon-fri")',
    '5:1 job.a.trigger is not a known setting (write on = "start", or another event)',
  ],
  [
    "one event twice",
    job("a", 'on = ["start", "webhook", "start"]'),
    '4:27 job.a.on[3] says the same as element 1: "start" (take one of them out)',
  ],
  [
    "the start twice",
    job("a", 'on = "start"', "run_on_start = true"),
    '5:16 job.a.run_on_start is true, and on has "start" too, which says the same (take one of them out)',
  ],
  [
    "unknown repositories, programs and jobs",
    PROGRAM + job("a", 'on = ["git:myprojekt", "program:wbe:failed", "program:web.3:any", "job:bakup:ok"]') +
    job("backup") + repository("myproject"),
    '8:7 job.a.on[1] names "myprojekt", and no repository has this name (did you mean "myproject"?)',
    '8:24 job.a.on[2] names "wbe", and no program has this name (did you mean "web"?)',
    '8:46 job.a.on[3] names "web.3", and no program has this name (did you mean "web"?)',
    '8:67 job.a.on[4] names "bakup", and no job has this name (did you mean "backup"?)',
  ],
  [
    "an unknown repository, and nothing near",
    job("a", 'on = "git:x"'),
    '4:6 job.a.on names "x", and no repository has this name (add a [[repository]] with name = "x")',
  ],
  [
    "a repository for nobody",
    job("standup") + repository("r", 'job = "stand-up"') + repository("s", 'job = ["standup", "x.y.z"]'),
    '7:7 repository.r.job is "stand-up", and no job has this name (did you mean "standup"?)',
    '11:19 repository.s.job[2] is "x.y.z", and no job has this name (add a [[job]] with name = "x.y.z")',
  ],
  [
    "notifications about jobs that are not there",
    PROGRAM + job("backup") + '[[notify]]\nname = "n"\ncommand = ["x"]\njobs = ["backup", "bakcup", "web", "x.y.z"]\n' +
    '[[notify]]\nname = "m"\ncommand = ["x"]\nprograms = ["web", "backup", "x.y.z"]\njobs = ["x.y.z"]',
    '11:19 notify.n.jobs[2] is "bakcup", and no job has this name (did you mean "backup"?)',
    '11:29 notify.n.jobs[3] is "web", and no job has this name (a program has it: write programs = ["web"])',
    '11:36 notify.n.jobs[4] is "x.y.z", and no job has this name (leave jobs out for all of them)',
    '15:20 notify.m.programs[2] is "backup", and no program has this name (a job has it: write jobs = ["backup"])',
    '15:30 notify.m.programs[3] is "x.y.z", and no program has this name (add a [[program]] with name = "x.y.z")',
    '16:9 notify.m.jobs[1] is "x.y.z", and no job has this name (add a [[job]] with name = "x.y.z")',
  ],
  [
    "a notification that can never be told",
    PROGRAM + job("backup") +
    '[[notify]]\nname = "n"\ncommand = ["x"]\non = ["failed", "recovery"]\njobs = ["backup"]\n' +
    '[[notify]]\nname = "m"\ncommand = ["x"]\non = ["job_failed"]\nprograms = ["web"]',
    '12:8 notify.n.jobs names jobs, and on has no news of jobs (add "job_failed" to on)',
    '17:12 notify.m.programs names programs, and on has no news of programs (add "failed" to on)',
  ],
  [
    "a job after itself",
    job("a", 'on = "job:a:failed"'),
    '4:6 job.a.on is "job:a:failed", the end of a run of the job itself (to try again after a failure: retries = 3; to run again and again: every)',
  ],
  [
    "two jobs that make each other run",
    job("a", 'on = "job:b:ok"') + job("b", 'on = ["start", "job:a:any"]'),
    "8:16 job.b.on[2] closes a circle: a -> b -> a (every run would make the next one run: take one of these events out)",
  ],
  [
    "a circle of three, drawn in the order in which they run",
    job("a", 'on = "job:c:ok"') + job("b", 'on = "job:a:ok"') + job("c", 'on = "job:b:ok"'),
    "8:6 job.b.on closes a circle: a -> b -> c -> a (every run would make the next one run: take one of these events out)",
  ],
  [
    "a pool that is not there",
    "[scheduler]\npools = { db = 1 }\n" + job("a", 'pool = "bd"'),
    '6:8 job.a.pool is "bd", and the scheduler has no such pool (did you mean "db"?)',
  ],
  [
    "a flawed pool is one",
    "[scheduler]\npools = { db = 0 }\n" + job("a", 'pool = "db"'),
    "2:16 scheduler.pools.db is 0, expected 1 to 10000",
  ],
  [
    "no work hours",
    job("a", "work_hours_only = true") + job("b", 'outside_hours = "defer"'),
    '4:1 job.a.work_hours_only is given, and the scheduler has no work hours (add under [scheduler]: work_hours = { days = ["mon-fri"], start = "09:00", end = "18:00" })',
    '8:1 job.b.outside_hours is given, and the scheduler has no work hours (add under [scheduler]: work_hours = { days = ["mon-fri"], start = "09:00", end = "18:00" })',
  ],
  [
    "flawed work hours are some",
    '[scheduler]\nwork_hours = { days = "mon-fry", start = "24:00" }\n' + job("a", "work_hours_only = true"),
    '2:23 scheduler.work_hours.days has "fry", which is no day (did you mean fri?)',
  ],
  [
    "hours that are none",
    '[scheduler.work_hours]\nstart = 9\nend = "9:60"\ntimezone = "Asia/Kolkatta"\n',
    '2:9 scheduler.work_hours.start is 9, expected a time of day such as "09:00" (put it in quotes: "9")',
    '3:7 scheduler.work_hours.end is "9:60", and an hour has no minute 60 (0 to 59)',
    '4:12 scheduler.work_hours.timezone is "Asia/Kolkatta", which is no time zone (did you mean "Asia/Kolkata"?)',
  ],
  [
    "work that begins at the end of a day",
    '[scheduler]\nwork_hours = { start = "24:00" }\n',
    '2:24 scheduler.work_hours.start is the end of a day, and work cannot begin there (write "0:00", which is on the day after)',
  ],
  [
    "names that are taken",
    PROGRAM + job("web") + job("web.1") + job("a") + job("a"),
    '6:8 job.web.name is "web", and a program has this name (give it another name: logs and events go by it)',
    '9:8 job.web.1.name is "web.1", the name of an instance of "web" (give it another name)',
    "15:8 job.a.name is taken already (every one needs a name of its own)",
  ],
  [
    "times that make no sense",
    job("a", 'every = "500ms"') + job("b", 'every = "1m"', 'jitter = "1m"') +
    job("c", 'every = "1h"', 'jitter = "10m"', 'deadline = "5m"') + job("d", "retries = 1", 'retry_delay = "1h"'),
    '4:9 job.a.every is "500ms", too little (at least 1s)',
    '9:10 job.b.jitter is 1m, and the next run is due by then (every = "1m") (give less: jitter = "6s")',
    "15:12 job.c.deadline is 5m, and jitter may put the run off until then (10m) (give more time, or less jitter)",
    '16:3 job.d.retry_max_delay is 10m, less than retry_delay (1h) (add: retry_max_delay = "1h")',
  ],
  [
    "an operator among the words",
    job("a", 'command = ["cat", "x", "|", "sort"]'),
    '3:24 job.a.command[3] is "|", which only a shell understands (add shell = true, and write the command as one text)',
  ],
  [
    "patterns that mean nothing",
    repository("r", 'paths = ["/src/", "../src/**", "!docs"]', 'branches = ["refs/heads/main"]'),
    '4:19 repository.r.paths[2] is "../src/**", which is told from a directory, not from the repository\'s root (write "src/**")',
    '4:32 repository.r.paths[3] is "!docs", which leaves out: patterns only say what counts (write "docs")',
    '5:13 repository.r.branches[1] is "refs/heads/main", which is a full name (write "main")',
  ],
  ["a repository without a path", '[[repository]]\nname = "r"', '1:3 repository.r lacks "path" (add: path = …)'],
];

for (const [name, text, ...expected] of PROBLEMS) {
  Deno.test(`problem: ${name}`, async () => assert.deepEqual(await problemLines(text), expected));
}

const WARNINGS: readonly [name: string, text: string, ...warnings: string[]][] = [
  [
    "settings without effect",
    HOURS +
    job("a", 'retry_delay = "1m"', "missed_max = 5", 'jitter = "1s"', 'timezone = "UTC"', 'outside_hours = "defer"'),
    "6:1: job.a.retry_delay has no effect without retries (add: retries = 3, or take it out)",
    '7:1: job.a.missed_max has no effect without missed = "all" (add: missed = "all", or take it out)',
    '8:1: job.a.jitter has no effect without every or cron (add: every = "1h", or take it out)',
    '9:1: job.a.timezone has no effect without cron (add: cron = "0 9 * * *", or take it out)',
    "10:1: job.a.outside_hours has no effect: the job runs at any time (add: work_hours_only = true)",
  ],
  [
    "an event that another says too",
    PROGRAM + job("a", 'on = ["program:web:any", "program:web:failed"]'),
    '8:26: job.a.on[2] is "program:web:failed", which "program:web:any" says too (take it out)',
  ],
  [
    "one path twice",
    repository("a") + repository("b", 'path = "/srv/x/../a/"'),
    '6:8: repository.b.path is "/srv/x/../a/", the path of "a" too (every commit counts for both)',
  ],
  [
    "a variable",
    job("a", 'command = ["x", "$HOME/y"]'),
    '3:17: job.a.command[2] is "$HOME/y": $HOME is not expanded without a shell (write what it stands for, or add shell = true, and write the command as one text)',
  ],
];

for (const [name, text, ...expected] of WARNINGS) {
  Deno.test(`warnings: ${name}`, async () => assert.deepEqual(await warningLines(text), expected));
}

Deno.test("settings of jobs are explained, listed and set", async () => {
  await using home = homeWith(`${HOURS}${job("a.b", 'on = "start"', 'env = { TOKEN = "planted" }')}${repository("r")}`);
  const loaded = await loadConfig(home);
  assert.equal(getSetting(loaded, "job.a.b.on").text, '"start"');
  assert.equal(getSetting(loaded, "scheduler.work_hours.days").text, '"mon-fri"');
  const { layers, variable } = await explain(loaded, "scheduler.concurrency");
  assert.deepEqual([layers.map(({ layer, value }) => [layer, value]), variable], [
    [["default", 16]],
    "APPD_SCHEDULER_CONCURRENCY",
  ]);
  const values = listValues(loaded);
  assert.doesNotMatch(JSON.stringify(values), /planted/);
  for (const key of ["job.a.b.keep_runs", "job.a.b.log.compress", "repository.r.path", "scheduler.pools"]) {
    assert.deepEqual(values.filter((value) => value.key === key).length, 1, key);
  }
  const set = (key: string, text: string) => setSetting({ ...home, files: systemFiles }, key, text);
  await set("job.a.b.on", "start, git:r");
  await set("job.a.b.work_hours_only", "true");
  await set("scheduler.work_hours.start", "8:30");
  await set("scheduler.pools.db", "2");
  await set("repository.r.job", '["a.b"]');
  await assert.rejects(set("job.a.b.on", "git:x"), /no repository has this name/);
  const { scheduler, jobs } = (await loadConfig(home)).config;
  assert.deepEqual(jobs[0]?.on, [{ kind: "start" }, { kind: "git", repository: "r" }]);
  assert.deepEqual([scheduler.workHours?.start, scheduler.pools], [510, { db: 2 }]);
});

Deno.test("variables say what the scheduler does, and those of a run are no settings", async () => {
  await using home = homeWith(undefined, {
    env: {
      APPD_SCHEDULER_CONCURRENCY: "3",
      APPD_SCHEDULER_POOLS: "db=1,mail=2",
      APPD_SCHEDULER_WORK_HOURS: '{ start = "10:00", end = "16:00" }',
      APPD_JOB: "a",
      APPD_JOB_SLOT: "x",
      APPD_RUN_ID: "1",
      APPD_GIT_NEW: "x",
    },
  });
  const { config: { scheduler }, warnings } = await loadConfig(home);
  assert.deepEqual(warnings, []);
  assert.deepEqual([scheduler.concurrency, scheduler.pools], [3, { db: 1, mail: 2 }]);
  assert.deepEqual([scheduler.workHours?.start, scheduler.workHours?.days], [600, [1, 2, 3, 4, 5]]);
});

Deno.test("relative paths of jobs and repositories are relative to the home", async () => {
  const { jobs, repositories } = await load(job("a", 'cwd = "d"', 'env_file = "e"') + repository("r", 'path = "../r"'));
  assert.deepEqual([jobs[0]?.cwd, jobs[0]?.envFile, repositories[0]?.path], [join("/h", "d"), "/h/e", "/r"]);
});

Deno.test("thousands of jobs in a row are no circle, and thousands of mistakes take no minutes", async () => {
  const count = 8000;
  const row = Array.from({ length: count }, (_, i) => job(`j${i}`, `on = "job:j${i + 1}:ok"`)).join("");
  assert.equal((await load(row + job(`j${count}`))).jobs.length, count + 1);
  const began = performance.now();
  const problems = await problemLines(row.replaceAll(':ok"', '.x:ok"'));
  assert.equal(problems.length, count);
  assert.ok(performance.now() - began < 10_000, `${performance.now() - began} ms`);
});

Deno.test("jobs share what they do not say; what one says is its own, and each is told of its own flaw", async () => {
  const { jobs: [a, b, c] } = await load(
    [job("a"), job("b", 'on = "start"', "log = { max_files = 3 }"), job("c", 'cron = "@daily"')].join("\n"),
  );
  assert.equal(a?.log, c?.log);
  assert.equal(a?.on, c?.on);
  assert.deepEqual([a?.log.maxFiles === b?.log.maxFiles, a?.on, b?.on], [false, [], [{ kind: "start" }]]);
  const lines = await problemLines([job("d", 'cron = "61 * * * *"'), job("e", 'cron = "61 * * * *"')].join("\n"));
  assert.equal(lines.length, 2, lines.join("\n"));
});
