/** S4, SIGKILL at any time, also in the middle of a shutdown: every file ends in exactly one place, whole. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { random, sized } from "../faults/seed.ts";
import { compiled } from "../support/compiled.ts";
import { alive, remains, until } from "../support/instance.ts";
import { byScript, video, Vpo } from "../support/vpo_library.ts";

await compiled("examples/vpo/vpo.ts");

const ROUNDS = sized(8, 300);
/** Files of each round; one of three is refused. */
const FILES = 9;
/** Longest life of a daemon after it is ready, in milliseconds. */
const LONGEST_MS = 500;

interface Dropped {
  readonly name: string;
  readonly content: string;
  readonly place: "outbox" | "quarantine";
}

function filesOf(round: number): readonly Dropped[] {
  return Array.from({ length: FILES }, (_, n) => {
    const name = `${round}/${n}.flv`;
    const isBad = n % 3 === 0;
    const content = `${name} `.repeat(1 + n * 1000);
    return { name, content: isBad ? content : video(content), place: isBad ? "quarantine" : "outbox" };
  });
}

Deno.test(`S4 Edge 1: killed ${ROUNDS} times, at work and in shutdowns: no file is lost, doubled or torn`, async () => {
  const chance = random("vpo_kill");
  const commands = ["", byScript('sleep 0.03; cp "$1" "$2"')];
  await using vpo = new Vpo();
  const dropped: Dropped[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const command = commands[chance.next(2)] ?? "";
    vpo.configure({ library: `concurrency = ${1 + chance.next(4)}\n${command}` });
    for (const file of filesOf(round)) {
      vpo.drop(file.name, file.content);
      dropped.push(file);
    }
    const served = await vpo.serve();
    await new Promise((resolve) => setTimeout(resolve, chance.next(LONGEST_MS))); // When it dies is left to chance.
    if (chance.once(2)) {
      served.kill("SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, chance.next(30)));
    }
    served.kill("SIGKILL");
    await served.ended;
  }
  await vpo.start();
  await until("all are where they belong", async () => {
    const { done = 0, quarantined = 0 } = (await vpo.queue()).counts;
    return done + quarantined === dropped.length;
  }, 180_000);
  const wanted = dropped.map(({ name, place }) => `${place}/${name}`);
  const reasons = wanted.filter((path) => path.startsWith("quarantine/")).map((path) => `${path}.reason.txt`);
  assert.deepEqual(vpo.places(), [...wanted, ...reasons].sort());
  for (const { name, place, content } of dropped) assert.equal(vpo.read(`${place}/${name}`), content, name);
  for (const place of ["outbox", "quarantine"]) {
    assert.deepEqual(fs.readdirSync(join(vpo.home, place, ".vpo")), [], "nothing half done is left");
  }
  const open = () => vpo.rows("SELECT id FROM runs WHERE state IN ('queued', 'running', 'retrying')");
  await until("every run has an outcome", () => open().length === 0);
});

Deno.test("S4 Edge 1: a command that outlives its killed daemon is ended by the next one", async () => {
  await using vpo = new Vpo({ library: byScript('echo $$ >"${1%/inbox/*}/worker"; exec sleep 1000') });
  const served = await vpo.serve();
  vpo.drop("a.flv");
  const worker = await until("it works", () => Number(vpo.read("worker")));
  await until("it is written down", () => vpo.rows("SELECT child FROM files")[0]?.child);
  served.kill("SIGKILL");
  await served.ended;
  assert.ok(alive(worker), "it outlives the daemon");
  vpo.configure({});
  await vpo.start();
  await vpo.reaches("a.flv", "done");
  await until("it has ended", () => !remains(worker));
});
