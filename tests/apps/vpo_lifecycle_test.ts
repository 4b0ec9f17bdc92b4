/** S4, lifecycle and signals: the daemon of vpo starts, works, and ends as it should. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { compiled } from "../support/compiled.ts";
import { remains, until } from "../support/instance.ts";
import { byScript, lockDatabase, Vpo } from "../support/vpo_library.ts";

await compiled("examples/vpo/vpo.ts");

/** Copies the file when `go` exists in the home: work that takes as long as the test wants. */
const WAITING = 'while [ ! -e "${1%/inbox/*}/go" ]; do sleep 0.05; done; cp "$1" "$2"';
const WAITS = byScript(WAITING);

/** Work on files whose name says `forever` never ends, and TERM does not impress it; that on others is as above. */
const DEAF = 'trap "" TERM; echo $$ >"${1%/inbox/*}/worker"; while :; do sleep 0.1; done';
const PATIENT = byScript(`case "$1" in *forever*) ${DEAF};; esac; ${WAITING}`);

Deno.test("S4 US1.1, S4 FR-001, S4 FR-004, S4 Assumption 5: serve opens its database, binds its port, works, and runs until a signal", async () => {
  await using vpo = new Vpo();
  const served = await vpo.serve();
  const { status, body } = await vpo.health();
  assert.deepEqual([status, body.database.ok, body.pid], [200, true, served.pid]);
  for (const name of ["a.flv", "series/b.flv", "c.flv"]) vpo.drop(name);
  vpo.drop("letter.txt", "no video");
  for (const name of ["a.flv", "series/b.flv", "c.flv"]) await vpo.reaches(name, "done");
  await vpo.reaches("letter.txt", "quarantined");
  assert.deepEqual(vpo.places(), [
    ...["outbox/a.flv", "outbox/c.flv", "outbox/series/b.flv"],
    ...["quarantine/letter.txt", "quarantine/letter.txt.reason.txt"],
  ]);
  assert.equal(served.code, undefined, "it runs on");
  assert.equal((await served.stop()).code, 0);
  await assert.rejects(vpo.get("/health"), "nobody listens any more");
});

Deno.test("S4 SC-001: in the background it works through what comes, without anybody's help", async () => {
  await using vpo = new Vpo({ library: "concurrency = 4" });
  vpo.drop("before.flv"); // It came while no daemon ran.
  await vpo.start();
  const names = Array.from({ length: 30 }, (_, n) => `film ${n}.flv`);
  for (const name of names) vpo.drop(name);
  await until("all are done", async () => (await vpo.queue()).counts.done === 31, 180_000);
  assert.deepEqual(vpo.places(), ["before.flv", ...names].map((name) => `outbox/${name}`).sort());
  const { jobs } = await vpo.status();
  assert.deepEqual([jobs[0].name, jobs[0].triggers], ["process", 31]);
});

Deno.test("S4 FR-002: when it is ready, its database is open, of the latest form and on the disk", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  const { body } = await vpo.health();
  assert.deepEqual([body.database.ok, body.database.path], [true, join(vpo.home, "library.db")]);
  assert.equal(body.migrations.pending, 0);
  assert.equal(body.migrations.current, body.migrations.latest);
  const tables = vpo.rows("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => name);
  for (const name of ["files", "steps", "runs"]) assert.ok(tables.includes(name), name);
  const owned = vpo.rows("SELECT version, name FROM store_migration WHERE owner = 'vpo' ORDER BY version");
  assert.deepEqual(owned.map(({ name }) => name), ["files", "steps"]);
});

Deno.test("S4 US1.2, S4 FR-002, S4 FR-036, S4 FR-037: a directory stands where the database should: said, and not 0", async () => {
  await using vpo = new Vpo();
  fs.mkdirSync(join(vpo.home, "library.db"));
  for (const verb of [["serve"], ["start"]]) {
    const { code, stderr } = await vpo.run(verb);
    assert.notEqual(code, 0);
    assert.match(stderr, /cannot open ".*library\.db": .*\n(.*\n)*.*hint: /);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

/** A database that another program has made; `more`: what is in it beside `films`. */
function makeForeign(vpo: Vpo, more: string): void {
  using db = new DatabaseSync(join(vpo.home, "library.db"));
  db.exec(`CREATE TABLE films (name TEXT); INSERT INTO films VALUES ('Metropolis'); ${more}`);
}

Deno.test("S4 Assumption 2, S4 US1.2, S4 FR-037: the tables of another program in library.db are named, and left as they are", async () => {
  await using vpo = new Vpo();
  makeForeign(
    vpo,
    "CREATE TABLE files (id INTEGER, path TEXT); CREATE TABLE jobs (what TEXT); INSERT INTO jobs VALUES ('a')",
  );
  for (const verb of ["serve", "start"]) {
    const { code, stderr } = await vpo.run([verb]);
    assert.equal(code, 78, stderr);
    const [line = "", hint = "", ...rest] = stderr.trim().split("\n").filter((text) => !/^\d{4}-/.test(text));
    assert.match(
      line,
      /^vpo: cannot use ".*library\.db": another program made it: its tables "jobs" and "files" are not/,
    );
    assert.match(hint, /^hint: nothing in it was changed: .*mv ".*library\.db" ".*library\.db\.other"$/);
    assert.deepEqual(rest, []);
  }
  assert.deepEqual(vpo.rows("SELECT what FROM jobs").map(({ what }) => what), ["a"]);
  assert.equal(fs.existsSync(join(vpo.home, "daemon.pid")), false);
  fs.renameSync(join(vpo.home, "library.db"), join(vpo.home, "library.db.other")); // As the hint says.
  assert.equal((await vpo.start()).code, 0);
});

Deno.test("S4 Assumption 2, S4 FR-002: a library.db that is there is used, with what somebody else has in it", async () => {
  await using vpo = new Vpo();
  makeForeign(vpo, "");
  for (const name of ["a.flv", "b.flv"]) { // By a first daemon, and by a second one, which finds what the first has done.
    await vpo.start();
    vpo.drop(name);
    await vpo.reaches(name, "done");
    await vpo.run(["stop"]);
  }
  assert.deepEqual(vpo.rows("SELECT path FROM files ORDER BY path").map(({ path }) => path), ["a.flv", "b.flv"]);
  assert.deepEqual(vpo.rows("SELECT name FROM films").map(({ name }) => name), ["Metropolis"]);
});

Deno.test("S4 US1.2, S4 SC-008: another process holds the database: said, with what to do, and not 0", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  await vpo.run(["stop"]);
  await using _lock = await lockDatabase(join(vpo.home, "library.db"), { alone: true });
  const { code, stderr } = await vpo.run(["serve"]);
  assert.notEqual(code, 0);
  assert.match(stderr, /cannot open ".*library\.db": .*locked/);
  assert.match(stderr, /hint: .*another process holds a lock/);
});

Deno.test("S4 US1.3, S4 FR-036, S4 FR-037: a port that is in use: said, with the port, and not 0", async () => {
  await using vpo = new Vpo();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: vpo.port });
  assert.ok(listener);
  const { code, stderr } = await vpo.run(["serve"]);
  assert.equal(code, 69);
  assert.match(stderr, new RegExp(`cannot listen on "127\\.0\\.0\\.1:${vpo.port}"`));
});

for (const [name, places] of [["SIGTERM", "S4 US1.4, S4 FR-006, S4 SC-002"], ["SIGINT", "S4 FR-007"]] as const) {
  Deno.test(`${places}: ${name}: the file in work is finished, nothing else begins, and it ends with 0`, async () => {
    await using vpo = new Vpo({ library: WAITS });
    const served = await vpo.serve();
    vpo.drop("a.flv");
    await vpo.reaches("a.flv", "processing");
    const stopped = served.stop(name);
    await vpo.healthIs(503);
    fs.writeFileSync(join(vpo.home, "go"), "");
    const { code, ms } = await stopped;
    assert.equal(code, 0);
    assert.ok(ms < 30_000, `${ms} ms`);
    assert.deepEqual(vpo.places(), ["outbox/a.flv"]);
    assert.deepEqual(fs.existsSync(join(vpo.home, "daemon.pid")), false);
  });
}

Deno.test("S4 FR-008, S4 US1.4: what comes during a shutdown, and what waits for its turn, is left to the next daemon", async () => {
  await using vpo = new Vpo({ library: `concurrency = 1\n${WAITS}` });
  const served = await vpo.serve();
  vpo.drop("first.flv");
  await vpo.reaches("first.flv", "processing");
  vpo.drop("second.flv");
  await vpo.reaches("second.flv", "waiting");
  const stopped = served.stop();
  await vpo.healthIs(503);
  vpo.drop("third.flv");
  fs.writeFileSync(join(vpo.home, "go"), "");
  assert.equal((await stopped).code, 0);
  assert.deepEqual(vpo.places(), ["inbox/second.flv", "inbox/third.flv", "outbox/first.flv"]);
  await vpo.start();
  for (const name of ["second.flv", "third.flv"]) await vpo.reaches(name, "done");
  assert.deepEqual(vpo.places(), ["outbox/first.flv", "outbox/second.flv", "outbox/third.flv"]);
});

Deno.test("S4 FR-009, S4 US1.4: a shutdown waits for work in hand, then cancels the rest, which the next daemon takes up", async () => {
  await using vpo = new Vpo({ library: PATIENT });
  const served = await vpo.serve("--shutdown-timeout", "8s");
  vpo.drop("short.flv");
  vpo.drop("forever.flv");
  await vpo.reaches("short.flv", "processing");
  const worker = await until("both are in work", () => Number(vpo.read("worker")));
  const stopped = served.stop();
  await vpo.healthIs(503);
  fs.writeFileSync(join(vpo.home, "go"), "");
  const { code, ms } = await stopped;
  assert.equal(code, 0);
  assert.ok(ms < 12_000, `${ms} ms`);
  await until("the command was ended", () => !remains(worker));
  assert.deepEqual(vpo.places(), ["inbox/forever.flv", "outbox/short.flv"]);
  const outcomes = vpo.rows("SELECT state FROM runs ORDER BY state").map(({ state }) => state);
  assert.deepEqual(outcomes, ["cancelled", "ok"]);
  vpo.configure({});
  await vpo.start();
  const file = await vpo.reaches("forever.flv", "done");
  assert.equal(file.attempt, 2);
  assert.deepEqual(vpo.places(), ["outbox/forever.flv", "outbox/short.flv"]);
});

/** Most of ten seconds for a file whose name says `long`; one whose name says `forever` never ends. */
const NEARLY = byScript('case "$1" in *forever*) exec sleep 1000;; esac; sleep 6; cp "$1" "$2"');

Deno.test("S4 FR-009, S4 Clarification 1: work has nine tenths of the shutdown timeout at least, and is cancelled then", async () => {
  await using vpo = new Vpo({ library: NEARLY });
  const served = await vpo.serve("--shutdown-timeout", "10s");
  for (const name of ["long.flv", "forever.flv"]) vpo.drop(name);
  for (const name of ["long.flv", "forever.flv"]) await vpo.reaches(name, "processing");
  const { code, ms } = await served.stop();
  assert.equal(code, 0);
  assert.ok(ms > 8900 && ms < 14_000, `${ms} ms`);
  assert.deepEqual(vpo.places(), ["inbox/forever.flv", "outbox/long.flv"]);
  assert.deepEqual(vpo.rows("SELECT state FROM runs ORDER BY state").map(({ state }) => state), ["cancelled", "ok"]);
});

Deno.test("S4 FR-010: every record up to the last one is in the log when it has ended", async () => {
  await using vpo = new Vpo({ more: `[log]\noutputs = ["file", "stderr"]\nformat = "json"` });
  const served = await vpo.serve();
  const names = Array.from({ length: 20 }, (_, n) => `${n}.flv`);
  for (const name of names) vpo.drop(name);
  await until("all are found", async () => Object.values((await vpo.queue()).counts).reduce((a, b) => a + b, 0) === 20);
  assert.equal((await served.stop()).code, 0);
  const file = vpo.read("daemon.log");
  assert.equal(file.at(-1), "\n", "no record is torn");
  const messages = file.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(messages, served.records(), "both outputs have every record");
  const done = messages.filter(({ message }) => message === "file done").map(({ file_path }) => `outbox/${file_path}`);
  assert.deepEqual(done.sort(), vpo.places().filter((place) => place.startsWith("outbox/")));
  assert.equal(messages.at(-1).message, "shutdown complete");
});

Deno.test("S4 FR-011: the database is closed: nothing is left of its log, and it is sound", async () => {
  await using vpo = new Vpo();
  const served = await vpo.serve();
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "done");
  assert.ok(fs.existsSync(join(vpo.home, "library.db-wal")), "it was there while it ran");
  assert.equal((await served.stop()).code, 0);
  for (const suffix of ["-wal", "-shm", "-journal"]) {
    assert.equal(fs.existsSync(join(vpo.home, `library.db${suffix}`)), false, suffix);
  }
  assert.deepEqual(vpo.rows("PRAGMA integrity_check").map((row) => ({ ...row })), [{ integrity_check: "ok" }]);
  assert.deepEqual(vpo.rows("SELECT state FROM files").map(({ state }) => state), ["done"]);
});

Deno.test("S4 FR-012: the shutdown keeps its time, 30 s by default, from the file or from the command line", async () => {
  await using vpo = new Vpo({ library: PATIENT });
  assert.match((await vpo.run(["config", "get", "daemon.shutdown_timeout"])).stdout, /^"?30s/);
  for (const [args, more] of [[["--shutdown-timeout", "1s"], ""], [[], `[daemon]\nshutdown_timeout = "1s"`]] as const) {
    vpo.configure({ library: PATIENT, more });
    const served = await vpo.serve(...args);
    vpo.drop("forever.flv");
    await vpo.reaches("forever.flv", "processing");
    const { code, ms } = await served.stop();
    assert.equal(code, 0);
    assert.ok(ms < 5000, `${ms} ms`);
    assert.deepEqual(vpo.places(), ["inbox/forever.flv"]);
  }
});

Deno.test("S4 Edge 2: many SIGTERM in a row are one shutdown, which still waits for the work in hand", async () => {
  await using vpo = new Vpo({ library: byScript('sleep 1; cp "$1" "$2"') });
  const served = await vpo.serve("--log-format", "json");
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "processing");
  for (let count = 0; count < 20; count++) served.kill("SIGTERM");
  assert.equal((await served.stop()).code, 0);
  assert.deepEqual(vpo.places(), ["outbox/a.flv"]);
  const begun = served.records().filter(({ message }) => message === "shutdown began");
  assert.equal(begun.length, 1, JSON.stringify(begun));
});
