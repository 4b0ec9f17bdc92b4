/** A million runs in the database of a daemon, asked for and added to over its API, beside `node:sqlite` on the same file. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RUN_COLUMNS, valuesOf } from "../src/jobs/ledger_rows.ts";
import { historySql, statementsOf } from "../src/jobs/ledger_sql.ts";
import type { LedgerQuery } from "../src/jobs/ledger.ts";
import { newRun, type Run } from "../src/jobs/run.ts";
import { Instance } from "../tests/support/instance.ts";
import { jobText } from "./jobs.ts";
import { compare, median, type Ratio } from "./measure.ts";
import type { Figure, Row } from "./rows.ts";

const RUNS = 1_000_000;
const NAMES = 200;
const MINUTE = 60_000;
const BEGAN = Date.UTC(2026, 0, 1);
const CONFIG = Array.from(
  { length: NAMES },
  (_, n) => jobText(`job-${n}`, 'on = "webhook"\nkeep_runs = 1000000\nkeep_for = "3650d"', ["/bin/true"]),
).join("\n");

function runOf(id: number): Run {
  const at = BEGAN + id * MINUTE / 10;
  const cause = { kind: "every" as const, detail: null, variables: {} };
  const job = `job-${id % NAMES}`;
  return newRun({ key: `every:${id}`, at, cause }, {
    ...{ id, job, createdAt: at, startedAt: at, endedAt: at + 700, durationMs: 700, attempts: 1, pid: 4711 },
    ...{ number: Math.ceil(id / NAMES), exit: { code: 0 }, output: "one line\nand another\n" },
    state: id % 100 === 0 ? "failed" : "ok",
  });
}

function connect(home: string): DatabaseSync {
  const db = new DatabaseSync(join(home, "appd.db"));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  return db;
}

function fill(db: DatabaseSync): void {
  const columns = RUN_COLUMNS.map((name) => `"${name}"`).join(", ");
  const insert = db.prepare(`INSERT INTO runs (${columns}) VALUES (${RUN_COLUMNS.map(() => "?").join(", ")})`);
  db.exec("BEGIN");
  for (let id = 1; id <= RUNS; id++) insert.run(...valuesOf(runOf(id)));
  db.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

interface Scene extends AsyncDisposable {
  readonly instance: Instance;
  readonly db: DatabaseSync;
}

/** A paused daemon on a database with a million runs. */
async function openScene(): Promise<Scene> {
  const instance = new Instance(CONFIG);
  await instance.start();
  await instance.run(["stop"]);
  const db = connect(instance.home);
  fill(db);
  await instance.start();
  await instance.run(["pause"]);
  return {
    instance,
    db,
    async [Symbol.asyncDispose]() {
      db.close();
      await instance[Symbol.asyncDispose]();
    },
  };
}

/** Asks /livez, 5 ms after each answer. `stop` gives the longest that an answer took, in milliseconds. */
function watch(port: number): { stop(): Promise<number> } {
  let [worst, goesOn] = [0, true];
  const done = (async () => {
    while (goesOn) {
      const asked = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/livez`)).body?.cancel();
      worst = Math.max(worst, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return worst;
  })();
  return { stop: () => (goesOn = false, done) };
}

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Median milliseconds of `times` calls. */
async function typical(times: number, call: (n: number) => Promise<unknown> | unknown): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push(await timed(() => call(n)));
  return median(all);
}

const QUERIES: Readonly<Record<string, (n: number) => LedgerQuery>> = {
  "the newest 50": () => ({ limit: 50 }),
  "the last page": (n) => ({ before: 52 + n, limit: 50 }),
  "of one job": (n) => ({ job: `job-${n % NAMES}`, limit: 50 }),
  "the failed ones": (n) => ({ states: ["failed"], before: RUNS - n, limit: 50 }),
};

function pathOf({ job, states, before, limit }: LedgerQuery): string {
  const given = Object.entries({ job, state: states?.join(","), before, limit }).filter(([, value]) =>
    value !== undefined
  );
  return `/api/v1/runs?${new URLSearchParams(given.map(([key, value]) => [key, `${value}`]))}`;
}

async function measureQueries(pairs: number): Promise<Figure> {
  await using scene = await openScene();
  const { db, instance } = scene;
  const longest = watch(instance.port);
  const found: string[] = [];
  const ratios: number[] = [];
  for (const [name, query] of Object.entries(QUERIES)) {
    const result = await compare(pairs, {
      ours: () =>
        typical(20, async (n) => {
          const { status, body } = await instance.get(pathOf(query(n)));
          if (status !== 200 || JSON.parse(body).runs.length !== 50) throw new Error(`${name}: ${status} ${body}`);
        }),
      base: () =>
        typical(20, async (n) => {
          bareQuery(db, query(n));
          await instance.get("/livez"); // What a round trip takes depends on the machine's load, on both sides.
        }),
    });
    ratios.push(result.ratio);
    found.push(`${name} ${text(result)}`);
  }
  return { value: Math.max(...ratios), detail: `${found.join("; ")}; ${await gapText(longest)}` };
}

/** As the daemon does it, with the one row more that tells whether there is a next page. */
function bareQuery(db: DatabaseSync, query: LedgerQuery): void {
  const { sql, params } = historySql({ ...query, limit: query.limit + 1 });
  if (db.prepare(sql).all(...params as string[]).length < 50) throw new Error(`too few rows of ${sql}`);
}

const text = ({ ours, base }: Ratio) => `${ours.toFixed(2)} ms ÷ ${base.toFixed(2)} ms`;

async function gapText(longest: ReturnType<typeof watch>): Promise<string> {
  return `/livez, asked every 5 ms meanwhile, took ${Math.round(await longest.stop())} ms at the most`;
}

async function measureInsert(pairs: number): Promise<Figure> {
  await using scene = await openScene();
  const { db, instance } = scene;
  const { socket } = await instance.status();
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  const longest = watch(instance.port);
  let count = 0;
  const result = await compare(pairs, {
    ours: () =>
      typical(20, async () => {
        const path = `http://localhost/api/v1/hooks/job-${count % NAMES}`;
        const response = await fetch(path, { method: "POST", client, headers: { "idempotency-key": `${count++}` } });
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        await response.body?.cancel();
      }),
    base: () =>
      typical(20, async () => {
        bareInsert(db, 2 * RUNS + count++);
        await instance.get("/livez");
      }),
  });
  return { value: result.ratio, detail: `${text(result)}, ${pairs} pairs; ${await gapText(longest)}` };
}

/** A skipped slot, and the job's place: what a run of a paused job writes. */
function bareInsert(db: DatabaseSync, id: number): void {
  const run = runOf(id);
  const memory = { name: run.job, mark: "", place: null, number: 1, lastRun: null, lastSkip: run, pause: null };
  db.exec("BEGIN IMMEDIATE");
  for (const { sql, params } of statementsOf({ insert: [run], jobs: [memory] })) {
    db.prepare(sql).run(...params as string[]);
  }
  db.exec("COMMIT");
}

export const RUNS_QUERY: Row = {
  id: "runs",
  what:
    "`GET /api/v1/runs` of a daemon with a million runs ÷ the same statement by `node:sqlite` and one `GET /livez`; the worst of four pages",
  unit: "×",
  measure: (_lab, { quick }) => measureQueries(quick ? 2 : 15),
};

export const RUN_INSERT: Row = {
  id: "runinsert",
  what:
    "a slot told to a daemon with a million runs until its line is on disk ÷ the same statements by `node:sqlite` and one `GET /livez`",
  unit: "×",
  measure: (_lab, { quick }) => measureInsert(quick ? 2 : 15),
};
