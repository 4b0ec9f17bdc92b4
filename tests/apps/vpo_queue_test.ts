/** S4, the work itself (user story 1: jobs are processed and API requests served): its commands and its endpoints. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "../support/compiled.ts";
import { freePort, until } from "../support/instance.ts";
import { byScript, video, Vpo } from "../support/vpo_library.ts";

await compiled("examples/vpo/vpo.ts");

/** Fails by this host's fault as long as there is no `works` in the home. */
const UNSTEADY = byScript('test -e "${1%/inbox/*}/works" || exit 127; cp "$1" "$2"');

Deno.test("S4 US1.1: add copies files into the inbox, also without a daemon, and the next one takes them up", async () => {
  await using vpo = new Vpo();
  const film = join(vpo.home, "film.flv");
  fs.writeFileSync(film, video("film"));
  const first = await vpo.run(["add", film, film]);
  assert.deepEqual([first.code, first.stdout], [0, "added film.flv\nadded film (2).flv\n"]);
  assert.deepEqual(vpo.places(), ["inbox/film (2).flv", "inbox/film.flv"]);
  await vpo.start();
  await vpo.reaches("film (2).flv", "done");
  await vpo.reaches("film.flv", "done");
  const again = await vpo.run(["add", film, "--json"]);
  assert.deepEqual(JSON.parse(again.stdout), { added: ["film.flv"] });
  await until("beside the one that is there", () => vpo.places().includes("outbox/film (3).flv"));
  assert.equal(vpo.read("outbox/film (3).flv"), video("film"));
  const none = await vpo.run(["add", join(vpo.home, "nowhere.flv")]);
  assert.equal(none.code, 74);
  assert.match(none.stderr, /vpo: cannot add ".*nowhere\.flv": .*no such file/i);
});

Deno.test("S4 US1.1, S4 Assumption 1: queue shows what waits, works and failed; files what became of all; both by command and over HTTP", async () => {
  await using vpo = new Vpo({ library: `concurrency = 1\nretries = 0\n${byScript("exec sleep 1000")}` });
  await vpo.start();
  assert.equal((await vpo.run(["queue"])).stdout, "nothing waits\n");
  vpo.drop("bad.txt", "no video");
  await vpo.reaches("bad.txt", "quarantined");
  vpo.drop("first.flv");
  await vpo.reaches("first.flv", "processing");
  vpo.drop("second.flv");
  await vpo.reaches("second.flv", "waiting");
  assert.equal((await vpo.run(["queue"])).stdout, "processing  first.flv\nwaiting     second.flv\n");
  const queue = JSON.parse((await vpo.run(["queue", "--json"])).stdout);
  assert.deepEqual(queue, await vpo.queue());
  assert.deepEqual(queue.counts, { processing: 1, quarantined: 1, waiting: 1 });
  const files = (await vpo.run(["files"])).stdout.trim().split("\n").map((line) => line.split(/ {2,}/)[0]);
  assert.deepEqual(files, [
    "waiting",
    "processing",
    "quarantined bad.txt: it is no video: it begins as none of " +
    "matroska, mp4, avi, mpeg-ts, mpeg-ps, flv",
  ]);
  const some = JSON.parse((await vpo.run(["files", "--state", "quarantined", "--json"])).stdout);
  assert.deepEqual(some.files.map(({ path }: { path: string }) => path), ["bad.txt"]);
  assert.deepEqual(some, JSON.parse((await vpo.get("/api/vpo/files?state=quarantined")).body));
  assert.equal((await vpo.get("/api/vpo/files?state=lost")).status, 400);
  assert.equal((await vpo.run(["files", "--state", "lost"])).code, 2);
});

Deno.test("S4 US1.1: what this host is to blame for is tried again, and when that is over it waits for retry", async () => {
  await using vpo = new Vpo({ library: `retries = 2\n${UNSTEADY}` });
  await vpo.start();
  vpo.drop("a.flv");
  await until(
    "three attempts are over",
    () => vpo.rows("SELECT attempts FROM runs WHERE state = 'failed'")[0]?.attempts === 3,
  );
  const file = await vpo.reaches("a.flv", "failed");
  assert.match(file.reason ?? "", /ended with 127/);
  assert.deepEqual(vpo.places(), ["inbox/a.flv"]);
  fs.writeFileSync(join(vpo.home, "works"), "");
  const retry = await vpo.run(["retry", "a.flv"]);
  assert.deepEqual([retry.code, retry.stdout], [0, "a.flv waits for its turn\n"]);
  assert.equal((await vpo.reaches("a.flv", "done")).attempt, 2);
  const done = await vpo.run(["retry", "a.flv"]);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /cannot retry "a\.flv": it is done\nhint: .*vpo add FILE/);
});

Deno.test("S4 US1.1: a run of the job by hand is another turn for all that failed", async () => {
  await using vpo = new Vpo({ library: `retries = 0\n${UNSTEADY}` });
  await vpo.start();
  for (const name of ["a.flv", "b.flv"]) vpo.drop(name);
  for (const name of ["a.flv", "b.flv"]) await vpo.reaches(name, "failed");
  fs.writeFileSync(join(vpo.home, "works"), "");
  assert.equal((await vpo.run(["jobs", "run", "process", "--wait"])).code, 0);
  for (const name of ["a.flv", "b.flv"]) await vpo.reaches(name, "done");
});

Deno.test("S4 US1.1: a file that was refused comes back from the quarantine with retry", async () => {
  await using vpo = new Vpo({ library: `containers = ["mp4"]` });
  await vpo.start();
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "quarantined");
  assert.match(vpo.read("quarantine/a.flv.reason.txt"), /it is flv, and library\.containers has only mp4/);
  vpo.configure({});
  assert.equal((await vpo.run(["reload"])).code, 0);
  assert.equal((await vpo.run(["retry", "a.flv"])).code, 0);
  await vpo.reaches("a.flv", "done");
  assert.deepEqual(vpo.places(), ["outbox/a.flv"]);
});

Deno.test("S4 US1.1: without a daemon queue, files and retry say so", async () => {
  await using vpo = new Vpo();
  for (const args of [["queue"], ["files"], ["retry", "a.flv"]]) {
    const { code, stderr } = await vpo.run(args);
    assert.equal(code, 3, `${args}`);
    assert.match(stderr, /hint: .*vpo start/);
  }
});

Deno.test("S4 US1.1: over TCP its endpoints can be read and nothing else; retry is for the socket or a token", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  const url = `http://127.0.0.1:${vpo.port}/api/vpo`;
  const post = await fetch(`${url}/retry`, { method: "POST", body: "{}" });
  assert.ok([403, 405].includes(post.status), `${post.status}`);
  await post.body?.cancel();
  const foreign = await fetch(`${url}/files`, { headers: { origin: "http://example.com" } });
  assert.equal(foreign.status, 403);
  await foreign.body?.cancel();
});

const SETTLE_MS = 600;

/**
 * Lets a file of the inbox grow for more than twice the settle time, which the daemon must not take up meanwhile.
 *
 * @returns what is in it then; undefined when this machine stood still for so long that the file has come to rest
 */
async function grown(vpo: Vpo, name: string): Promise<string | undefined> {
  const began = performance.now();
  let content = video("");
  for (let written = began; written - began < 2.5 * SETTLE_MS;) {
    fs.writeFileSync(join(vpo.home, "inbox", name), content += "and more ");
    const found = (await vpo.files()).filter(({ path }) => path === name);
    const before = written;
    written = performance.now();
    if (written - before >= SETTLE_MS) return undefined;
    assert.deepEqual(found, []);
  }
  return content;
}

Deno.test("S4 US1.1: a file is taken up when it has come to rest, and not while it grows", async () => {
  await using vpo = new Vpo({ library: `settle = "${SETTLE_MS}ms"` });
  await vpo.start();
  let [name, content] = ["", undefined as string | undefined];
  for (let tries = 1; content === undefined; tries++) {
    assert.ok(tries < 20, "this machine is too slow");
    name = `${tries}.flv`;
    content = await grown(vpo, name);
  }
  const file = await vpo.reaches(name, "done");
  const sum = createHash("sha256").update(content).digest("hex");
  assert.deepEqual([vpo.read(`outbox/${name}`), file.sha256], [content, sum]);
});

Deno.test("S4 US1.1: at most so many files are worked on at once; a reload changes how many", async () => {
  await using vpo = new Vpo({ library: `concurrency = 2\n${byScript("exec sleep 1000")}` });
  await vpo.start();
  for (let n = 0; n < 6; n++) vpo.drop(`${n}.flv`);
  const counts = async () => (await vpo.queue()).counts;
  await until("two work, four wait", async () => {
    const { processing, waiting } = await counts();
    return processing === 2 && waiting === 4;
  });
  vpo.configure({ library: `concurrency = 3\n${byScript("exec sleep 1000")}` });
  assert.equal((await vpo.run(["reload"])).code, 0);
  await until("three work", async () => (await counts()).processing === 3);
});

Deno.test("S4 US1.1: the watcher and the job stand in status, and a pause of the job leaves files waiting", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  const { programs, jobs } = await vpo.status();
  assert.deepEqual([programs[0].name, programs[0].kind, programs[0].state, programs[0].pid], [
    ...["watcher", "service", "running"],
    null,
  ]);
  assert.equal(jobs[0].name, "process");
  assert.equal((await vpo.run(["pause", "process"])).code, 0);
  vpo.drop("a.flv");
  await vpo.reaches("a.flv", "waiting");
  assert.equal((await vpo.run(["resume", "process"])).code, 0);
  await vpo.reaches("a.flv", "done");
});

Deno.test("S4 FR-003: two instances have libraries of their own", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  const port = freePort();
  assert.equal((await vpo.run(["start", "--name", "second", "--port", `${port}`])).code, 0);
  try {
    vpo.drop("a.flv");
    await vpo.reaches("a.flv", "done");
    const other = await fetch(`http://127.0.0.1:${port}/api/vpo/files`);
    assert.deepEqual(await other.json(), { files: [] });
    assert.ok(fs.existsSync(join(vpo.home, "second/library.db")));
  } finally {
    await vpo.run(["stop", "--name", "second"]);
  }
});

Deno.test("S4 US1.1: a file whose name would steer a terminal is listed as text", async () => {
  await using vpo = new Vpo();
  await vpo.start();
  vpo.drop("\u001b[31mred\u202e.flv");
  await until("the file", async () => (await vpo.files()).length === 1);
  assert.match((await vpo.run(["files"])).stdout, /^\w+ +\\x1b\[31mred\\u202e\.flv\n$/);
});
