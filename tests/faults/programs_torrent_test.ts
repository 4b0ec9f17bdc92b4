/** Programs that write without end or without newlines, on the compiled binary (row 24 of the fault list, and floods). */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { Instance, program, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { logFiles, readWhole } from "./numbered_lines.ts";
import { sized } from "./seed.ts";
import { withoutMarks } from "./split_marks.ts";

const MiB = 1024 * 1024;
const LONG = sized(64, 1024);
const RANDOM = sized(32, 256);
/** How much more memory than before the torrent the daemon may have at any time. */
const GROWTH = 32 * MiB;
const LOG = 'log = { rotate_size = "8MiB", max_files = 100000, max_total = 0, max_age = 0, compress = false }';

/** A number out of a file of /proc. */
function procNumber(pid: number, file: string, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(fs.readFileSync(`/proc/${pid}/${file}`, "utf8"));
  return Number(line?.[1]);
}

const rssOf = (pid: number) => procNumber(pid, "status", "VmRSS") * 1024;

/** The highest resident set that is seen while `work` goes on, less the one before. */
async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = rssOf(pid);
  let most = before;
  const timer = setInterval(() => most = Math.max(most, rssOf(pid)), 20);
  await work().finally(() => clearInterval(timer));
  return most - before;
}

function hashOf(pieces: Iterable<Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

function* piecesOf(log: string): Iterable<Uint8Array> {
  for (const file of logFiles(log)) yield* withoutMarks(readWhole(file));
}

/** What `script` writes, as a shell of our own hears it, with the newline that ends its last line. */
async function hashOfOutput(script: string): Promise<string> {
  const hash = createHash("sha256");
  const child = new Deno.Command("/bin/sh", { args: ["-c", script], stdout: "piped" }).spawn();
  let last = 10;
  for await (const bytes of child.stdout) {
    hash.update(bytes);
    last = bytes.at(-1) ?? last;
  }
  return (last === 10 ? hash : hash.update("\n")).digest("hex");
}

for (
  const [what, script] of [
    [`${LONG} MiB without a newline`, `head -c ${LONG}M /dev/zero | tr '\\0' x`],
    [`${RANDOM} MiB of random bytes`, `cat HOME/random`],
  ] as const
) {
  Deno.test(`24: ${what} arrive byte for byte, and the daemon stays small`, async () => {
    await using daemon = new Instance();
    const random = join(daemon.home, "random");
    if (script.includes("random")) await run(`head -c ${RANDOM}M /dev/urandom >${random}`);
    const own = script.replace("HOME", daemon.home);
    daemon.write(program("first", "exec sleep 1000"));
    await daemon.start();
    daemon.write(program("first", "exec sleep 1000") + program("torrent", own, `restart = "on-failure"\n${LOG}`));
    const talk = talkTo(daemon);
    const grown = await growthDuring(daemon.pid(), async () => {
      await talk.post("/reload");
      await until("the end", async () => (await talk.program("torrent")).state === "exited", 600_000);
    });
    assert.equal(hashOf(piecesOf(join(daemon.home, "programs/torrent/output.log"))), await hashOfOutput(own));
    // deno-lint-ignore no-console -- the figure
    console.log(`grown by ${(grown / MiB).toFixed(1)} MiB`);
    assert.ok(grown < GROWTH, `${grown} bytes`);
  });
}

async function run(script: string): Promise<void> {
  assert.ok((await new Deno.Command("/bin/sh", { args: ["-c", script] }).output()).success);
}

Deno.test("a program that floods its log does not keep the daemon from answering, nor make it grow", async () => {
  await using daemon = new Instance(program("first", "exec sleep 1000"));
  await daemon.start();
  const log = `log = { rotate_size = "16MiB", max_files = 2, compress = false }`;
  daemon.write(
    program("first", "exec sleep 1000") + program("flood", "exec yes", log) + program("too", "exec yes", log),
  );
  const talk = talkTo(daemon);
  const before = (await talk.program("first")).pid;
  const grown = await growthDuring(daemon.pid(), async () => {
    await talk.post("/reload");
    const pid = (await talk.program("flood")).pid ?? 0;
    const written = () => procNumber(pid, "io", "wchar");
    for (let looks = 0; looks < sized(30, 300); looks++) {
      const [from, began] = [written(), performance.now()];
      await talk.status();
      // A relation, because this machine has other work too: what one of the two may write until an answer is there.
      assert.ok(written() - from < 128 * MiB, `${written() - from} bytes, ${performance.now() - began} ms`);
    }
    assert.equal((await daemon.run(["programs", "restart", "first"])).code, 0);
    await until("a good part has been written", () => written() > sized(256, 4096) * MiB, 120_000);
  });
  assert.notEqual((await talk.program("first")).pid, before);
  // deno-lint-ignore no-console -- the figure
  console.log(`grown by ${(grown / MiB).toFixed(1)} MiB`);
  assert.ok(grown < GROWTH, `${grown} bytes`);
});
