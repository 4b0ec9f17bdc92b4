/** 36: a database on a full disk, locked by another process, deleted, corrupted: jobs run, and each has its line when it is well again. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Instance, until } from "../support/instance.ts";
import { faultsOf, missingTurns } from "./job_audit.ts";
import { notesOf, notingJob, rowsOf } from "./job_books.ts";
import { random, sized } from "./seed.ts";

const KEEP = `keep_runs = 1000000`;

function configOf(daemon: Instance): string {
  return [
    notingJob(daemon, "pace", { settings: `every = "1s"\n${KEEP}` }),
    notingJob(daemon, "after", { settings: `on = "job:pace:ok"\n${KEEP}` }),
    notingJob(daemon, "flaky", {
      script: "test $APPD_JOB_ATTEMPT -gt 1 || exit 1",
      settings: `every = "1s"\nretries = 2\nretry_delay = "100ms"\noverlap = "allow"\n${KEEP}`,
    }),
  ].join("");
}

const starts = (daemon: Instance) =>
  notesOf(daemon).filter(({ what, job }) => what === "start" && job === "pace").length;

/** Waits until the job has begun so many times more. */
async function more(daemon: Instance, count: number, limitMs?: number): Promise<void> {
  const before = starts(daemon);
  await until(`${count} more starts`, () => starts(daemon) >= before + count, limitMs);
}

interface HealthAnswer {
  readonly status: number;
  readonly body: string;
}

async function unhealthy(daemon: Instance): Promise<HealthAnswer> {
  return await until("health says so", async () => {
    const answer = await daemon.get("/health");
    return answer.status === 503 ? answer : undefined;
  });
}

/** Well again: health says so, and after an orderly end every run has its line. */
async function wellAgain(daemon: Instance, pid: number): Promise<void> {
  await until("health is well again", async () => (await daemon.get("/health")).status === 200);
  await more(daemon, 2);
  assert.equal(daemon.pid(), pid);
  assert.equal((await daemon.run(["health"])).code, 0);
  assert.equal((await daemon.run(["stop"])).code, 0);
}

function faults(daemon: Instance): string[] {
  const rows = rowsOf(daemon);
  return [
    ...faultsOf({ rows, notes: notesOf(daemon) }, { mayWait: true }),
    ...["pace", "flaky"].flatMap((name) => missingTurns(rows.filter(({ job }) => job === name))),
  ];
}

/** Mounts a small file system over a directory of the instance. */
function mount(path: string, size: string): Disposable | undefined {
  fs.mkdirSync(path, { recursive: true });
  const args = ["-t", "tmpfs", "-o", `size=${size},mode=0700`, "none", path];
  if (!new Deno.Command("mount", { args }).outputSync().success) return undefined;
  return { [Symbol.dispose]: () => void new Deno.Command("umount", { args: ["-l", path] }).outputSync() };
}

/** Fills what is left of a file system, to the last byte. */
function fill(file: string): void {
  const fd = fs.openSync(file, "w");
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) fs.writeSync(fd, new Uint8Array(size));
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOSPC") throw error;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}

Deno.test("36: the disk of the whole home is full: jobs run, health says so, and every run has its line when there is room", async (t) => {
  const outside = fs.mkdtempSync(join(Deno.env.get("TMPDIR") ?? "/tmp", "appd-notes-"));
  await using daemon = new Instance();
  using disk = mount(daemon.home, "16m");
  if (disk === undefined) {
    await t.step({ name: "no right to mount a tmpfs here", ignore: true, fn() {} });
    return;
  }
  fs.symlinkSync(join(outside, "notes"), join(daemon.home, "notes")); // What runs note is no part of the fault.
  fs.writeFileSync(join(outside, "notes"), "");
  daemon.write(configOf(daemon));
  await daemon.start();
  const pid = daemon.pid();
  await more(daemon, 1);
  fill(join(daemon.home, "ballast"));
  const { body } = await unhealthy(daemon);
  assert.match(body, /"database"/);
  await more(daemon, sized(4, 60), sized(15_000, 120_000));
  const health = await daemon.run(["health"]);
  assert.notEqual(health.code, 0);
  assert.match(health.stdout + health.stderr, /full|wait to be written/);
  fs.rmSync(join(daemon.home, "ballast"));
  await wellAgain(daemon, pid);
  assert.deepEqual(faults(daemon), []);
  fs.rmSync(outside, { recursive: true });
});

/** Another process that keeps the database to itself until it is told to let go. */
async function lock(path: string): Promise<AsyncDisposable> {
  const script = `const { DatabaseSync } = await import("node:sqlite");
const db = new DatabaseSync(${JSON.stringify(path)});
db.exec("PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE");
console.log("held");
await Deno.stdin.read(new Uint8Array(1));
db.exec("ROLLBACK");
`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "held\n");
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

const LOCKED = sized(8, 60);

Deno.test(`36: another process locks the database for ${LOCKED} s: jobs run, and every run has its line afterwards`, async () => {
  await using daemon = new Instance();
  daemon.write(configOf(daemon));
  await daemon.start();
  const pid = daemon.pid();
  await more(daemon, 1);
  {
    await using _lock = await lock(join(daemon.home, "appd.db"));
    const began = performance.now();
    const { body } = await unhealthy(daemon);
    assert.match(body, /locked/);
    // The first ones wait until the database gives up waiting for the lock.
    await more(daemon, LOCKED - 3, LOCKED * 4000);
    await until("the time is over", () => performance.now() - began > LOCKED * 1000, LOCKED * 2000);
  }
  await wellAgain(daemon, pid);
  assert.deepEqual(faults(daemon), []);
});

Deno.test("36: the database is deleted under the daemon: a new one takes its place, with what is known and goes on", async () => {
  await using daemon = new Instance();
  daemon.write(configOf(daemon));
  await daemon.start();
  const pid = daemon.pid();
  await more(daemon, 2);
  const before = Math.max(...rowsOf(daemon).map(({ id }) => id));
  for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(join(daemon.home, `appd.db${suffix}`), { force: true });
  await more(daemon, 3);
  await wellAgain(daemon, pid);
  const rows = rowsOf(daemon);
  const lost = notesOf(daemon).filter(({ id }) => id > before + 6 && !rows.some((row) => row.id === id));
  assert.deepEqual(lost, [], "runs after the loss have lines");
  assert.ok(rows.every(({ state }) => state !== "running"));
  const numbers = rows.filter(({ job }) => job === "pace").map(({ number }) => number);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.match(fs.readFileSync(join(daemon.home, "daemon.log"), "utf8"), /the database was lost/);
});

const VARIANTS = sized(5, 200);

/** One kind of damage after the other: cut off, a torn head, bytes that are something else, no database at all, empty. */
function damage(path: string, { variant, next }: { variant: number; next: (below: number) => number }): void {
  const bytes = fs.readFileSync(path);
  const kind = variant % 5;
  if (kind === 0) return fs.truncateSync(path, 1 + next(bytes.length - 1));
  if (kind === 3) return fs.writeFileSync(path, "this is a text and not a database\n".repeat(200));
  if (kind === 4) return fs.writeFileSync(path, "");
  const from = kind === 1 ? 0 : 100 + next(bytes.length - 200);
  const length = kind === 1 ? 16 : 1 + next(4096);
  for (let at = from; at < Math.min(bytes.length, from + length); at++) bytes[at] = next(256);
  fs.writeFileSync(path, bytes);
}

function isSound(path: string): boolean {
  try {
    using db = new DatabaseSync(path, { readOnly: true });
    return db.prepare("PRAGMA integrity_check").get()?.integrity_check === "ok";
  } catch {
    return false; // No database
  }
}

Deno.test(`36: the database is damaged while no daemon runs, ${VARIANTS} variants: jobs run, and the damaged file is kept`, async () => {
  const chance = random("damage");
  await using daemon = new Instance();
  daemon.write(configOf(daemon));
  const path = join(daemon.home, "appd.db");
  for (let variant = 0; variant < VARIANTS; variant++) {
    await daemon.start();
    await more(daemon, 1);
    assert.equal((await daemon.run(["stop"])).code, 0);
    damage(path, { variant, next: chance.next });
    const damaged = fs.readFileSync(path);
    await daemon.start();
    await more(daemon, 1);
    await until("health is well", async () => (await daemon.get("/health")).status === 200);
    assert.equal((await daemon.run(["stop"])).code, 0);
    assert.ok(isSound(path), `variant ${variant} is still damaged`);
    const aside = fs.readdirSync(daemon.home).filter((name) => name.startsWith("appd.db.") && !name.endsWith("-wal"));
    const isKept = aside.some((name) => damaged.equals(fs.readFileSync(join(daemon.home, name))));
    // Damage that nobody can see, such as in a free page, is no reason for anything.
    assert.ok(isKept || damaged.length === 0 || rowsOf(daemon).length > 5, `variant ${variant}: ${aside}`);
    assert.ok(rowsOf(daemon).every(({ state }) => state !== "running"));
  }
});
