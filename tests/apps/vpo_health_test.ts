/** S4, monitoring: what /health of vpo says, when, and how fast. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "../support/compiled.ts";
import { until } from "../support/instance.ts";
import { byScript, lockDatabase, Served, video, Vpo } from "../support/vpo_library.ts";

await compiled("examples/vpo/vpo.ts");

/** Milliseconds that the document gives an answer. */
const LIMIT_MS = 100;

/** How long /health took, and /livez, which looks at nothing, at most of the times that it was asked meanwhile. Milliseconds. */
interface Pair {
  readonly health: number;
  readonly livez: number;
}

async function answerTimes(vpo: Vpo, count: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let n = 0; n < count; n++) pairs.push(await answerTime(vpo));
  return pairs;
}

async function answerTime(vpo: Vpo): Promise<Pair> {
  let isAnswered = false;
  let livez = 0;
  const asked = timeOf(vpo, "/health").finally(() => isAnswered = true);
  while (!isAnswered) livez = Math.max(livez, await timeOf(vpo, "/livez"));
  return { health: await asked, livez };
}

async function timeOf(vpo: Vpo, path: string): Promise<number> {
  const began = performance.now();
  await vpo.get(path);
  return performance.now() - began;
}

/**
 * Every answer is within the limit. One is excused where an answer beside it, for which nothing is looked at, was late too:
 * then this machine stood still. Few may be.
 */
function assertQuick(pairs: readonly Pair[]): void {
  const shown = pairs.map(({ health, livez }) => `${Math.round(health)}/${Math.round(livez)}`).join(" ");
  const over = pairs.filter(({ health }) => health > LIMIT_MS);
  assert.deepEqual(over.filter(({ health, livez }) => health > 2 * livez), [], shown);
  assert.ok(over.length <= pairs.length / 10, shown);
}

/** What health must not change: the records and the files. */
function traces(vpo: Vpo): unknown {
  return [
    vpo.places(),
    vpo.rows("SELECT * FROM files"),
    vpo.rows("SELECT id, state FROM runs"),
    vpo.read("daemon.log"),
  ];
}

Deno.test("S4 US4.1, S4 FR-027, S4 FR-028, S4 SC-005, S4 HealthStatus: all is well: 200, with what there is to know", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  const { status, body } = await vpo.healthIs(200);
  assert.deepEqual([status, body.status, body.pid], [200, "healthy", vpo.pid()]);
  assert.match(body.version, /^1\.0\.0\b/);
  assert.ok(body.uptime_s >= 0 && body.uptime_s < 60);
  assert.deepEqual(body.database, { ok: true, path: join(vpo.home, "library.db") });
  assert.deepEqual([body.migrations.pending, body.shutdown], [0, null]);
  assert.deepEqual([body.checks.library.ok, body.checks.library.critical], [true, true]);
  assert.equal((await vpo.run(["health"])).code, 0);
});

Deno.test("S4 US4.2, S4 FR-029, S4 SC-005: the database is held by somebody else: 503 while that lasts, and then 200", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  await vpo.healthIs(200);
  {
    await using _lock = await lockDatabase(join(vpo.home, "library.db"));
    const { body } = await vpo.healthIs(503);
    assert.equal(body.status, "degraded");
    await until("the library's check says so", async () => !(await vpo.health()).body.checks.library.ok);
    vpo.drop("a.flv");
    const later = await until("the database is known to be the reason", async () => {
      const { body } = await vpo.health();
      return body.database.ok ? undefined : body;
    }, 30_000);
    assert.match(JSON.stringify(later), /locked/);
    assert.equal((await vpo.run(["health"])).code, 1);
    assert.equal((await vpo.get("/livez")).status, 200, "it lives");
    assert.equal((await vpo.get("/readyz")).status, 503);
  }
  await vpo.healthIs(200, 30_000);
  await vpo.reaches("a.flv", "done");
});

Deno.test("S4 US4.2, S4 FR-029: the database is taken away: a new one begins, which health says, and no file is lost", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  vpo.drop("before.flv");
  await vpo.reaches("before.flv", "done");
  for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(join(vpo.home, `library.db${suffix}`), { force: true });
  vpo.drop("after.flv");
  await vpo.reaches("after.flv", "done");
  const { body } = await vpo.healthIs(200, 30_000);
  assert.deepEqual([body.checks.history.ok, body.checks.history.critical], [false, false]);
  assert.match(body.checks.history.error, /the database was lost and begins anew/);
  assert.deepEqual(vpo.places(), ["outbox/after.flv", "outbox/before.flv"]);
});

Deno.test("S4 US4.2, S4 FR-029: the database is taken away while files are in work and wait: each of them is filed once", async () => {
  const gate = byScript('until test -e "${1%/inbox/*}/open"; do sleep 0.05; done; cp "$1" "$2"');
  await using vpo = new Vpo({ library: `concurrency = 1\n${gate}` });
  const open = join(vpo.home, "open");
  const files = ["b.flv", "c.flv", "d.flv", "e.flv"];
  await vpo.start();
  fs.writeFileSync(open, "");
  vpo.drop("a.flv"); // The numbers of the files that follow are others in the next database.
  await vpo.reaches("a.flv", "done");
  fs.rmSync(open);
  for (const file of files) vpo.drop(file);
  await until("one is in work, the others wait", async () => {
    const { running, waiting } = await vpo.queue();
    return running.length === 1 && waiting.length === files.length - 1;
  });
  for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(join(vpo.home, `library.db${suffix}`), { force: true });
  await until("all are found again", async () => (await vpo.files()).length === files.length, 30_000);
  fs.writeFileSync(open, "");
  for (const file of files) await vpo.reaches(file, "done");
  assert.deepEqual(vpo.places(), ["a.flv", ...files].map((file) => `outbox/${file}`));
  assert.deepEqual(
    (await vpo.files()).map(({ path, target }) => [path, target]).sort(),
    files.map((file) => [file, file]),
  );
  for (const file of files) assert.equal(vpo.read(`outbox/${file}`), video(file));
});

Deno.test("S4 US4.2, S4 FR-029: a directory comes in the place of the database: 503 while it is there, and then 200", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  await vpo.healthIs(200);
  const path = join(vpo.home, "library.db");
  for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(`${path}${suffix}`, { force: true });
  fs.mkdirSync(path);
  const body = await until("it is known to be the reason", async () => {
    const { status, body } = await vpo.health();
    return status === 503 && !body.database.ok && !body.checks.library.ok ? body : undefined;
  }, 30_000);
  assert.equal(body.status, "degraded");
  assert.match(JSON.stringify(body), /library\.db.*is a directory/);
  vpo.drop("a.flv");
  fs.rmdirSync(path);
  await vpo.healthIs(200, 30_000);
  await vpo.reaches("a.flv", "done");
});

Deno.test("S4 FR-029, S4 SC-005: the inbox is gone: 503 with the reason, and 200 when it is there again", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  await vpo.healthIs(200);
  fs.renameSync(join(vpo.home, "inbox"), join(vpo.home, "elsewhere"));
  const { body } = await vpo.healthIs(503);
  assert.match(body.checks.library.error, /inbox/);
  fs.renameSync(join(vpo.home, "elsewhere"), join(vpo.home, "inbox"));
  await vpo.healthIs(200);
});

Deno.test("S4 US4.3: before the start is over health says that it is not ready", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  await vpo.run(["stop"]);
  let served: Served;
  {
    await using _lock = await lockDatabase(join(vpo.home, "library.db"), { alone: true });
    served = new Served(vpo.spawn(["serve"]));
    const { body } = await vpo.healthIs(503);
    assert.equal(body.status, "starting");
    assert.equal((await vpo.get("/readyz")).status, 503);
    assert.equal((await vpo.run(["status", "--strict"])).code, 150);
  }
  assert.equal((await vpo.healthIs(200)).body.status, "healthy");
  assert.equal((await served.stop()).code, 0);
});

Deno.test("S4 FR-030, S4 SC-005: answers within 100 ms while every place of work is taken and a hundred files wait", async () => {
  await using vpo = new Vpo({ library: `concurrency = 4\n${byScript('cp "$1" "$2"')}` });
  await vpo.start();
  for (let n = 0; n < 100; n++) vpo.drop(`${n}.flv`);
  await until("the work has begun", async () => (await vpo.queue()).counts.done);
  assertQuick(await answerTimes(vpo, 40));
});

Deno.test("S4 FR-030, S4 SC-005: answers within 100 ms while the database hangs", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  await using _lock = await lockDatabase(join(vpo.home, "library.db"));
  vpo.drop("a.flv");
  await vpo.healthIs(503);
  assertQuick(await answerTimes(vpo, 40));
});

Deno.test("S4 FR-030: asking for health changes nothing", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "done");
  await vpo.healthIs(200);
  await until("the run is over", () => vpo.rows("SELECT state FROM runs")[0]?.state === "ok");
  const before = traces(vpo);
  await answerTimes(vpo, 50);
  assert.deepEqual(traces(vpo), before);
});

Deno.test("S4 Edge 5, S4 ShutdownState: during a shutdown health is 503 and says how far it is", async () => {
  await using vpo = new Vpo({
    library: byScript('while [ ! -e "${1%/inbox/*}/go" ]; do sleep 0.05; done; cp "$1" "$2"'),
  });
  const served = await vpo.serve();
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "processing");
  const stopped = served.stop();
  const { body } = await vpo.healthIs(503);
  assert.equal(body.status, "stopping");
  assert.ok(body.shutdown.remaining.includes("jobs"), JSON.stringify(body.shutdown));
  assert.ok(Date.parse(body.shutdown.deadline) - Date.parse(body.shutdown.began_at) === 30_000);
  fs.writeFileSync(join(vpo.home, "go"), "");
  assert.equal((await stopped).code, 0);
});
