/** Fault 37: power loss. What was acknowledged before is there afterwards; a state file is the old one or the new one. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { directory, openNotes } from "../../src/store/testing.ts";
import { type Random, random, sized } from "./seed.ts";

const CHILD = new URL("store_power_child.ts", import.meta.url).pathname;

/**
 * ext4 stops at once and writes nothing more, not even its journal: FS_IOC_SHUTDOWN with NOLOGFLUSH, linux/fs.h. Says when:
 * the process that writes lives on, and the kernel may still tell it that an fsync(2) under way has worked.
 */
const CUT = `import fcntl, os, struct, sys, time
fd = os.open(sys.argv[1], os.O_RDONLY)
print(int(time.time() * 1000))
fcntl.ioctl(fd, 0x8004587d, struct.pack("I", 2))`;

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  assert.ok(success, `${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** A new ext4 in a file, mounted at `place.mount`; throws where that is not possible. */
async function makeDisk(place: { image: string; mount: string }): Promise<void> {
  fs.mkdirSync(place.mount);
  await run("python3", "-c", "import fcntl");
  await run("truncate", "-s", "32M", place.image);
  await run("mkfs.ext4", "-q", "-F", place.image);
  await run("mount", "-o", "loop", place.image, place.mount);
}

interface Acknowledged {
  readonly rows: Set<string>;
  state: number;
}

/** Hears the child until it ends, and turns the power off after `count` lines. @returns the lines from before that moment */
async function listen(child: Deno.ChildProcess, count: number, cut: () => Promise<string>): Promise<string[][]> {
  let text = "";
  let seen = 0;
  let cutting: Promise<string> | undefined;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    seen += part.split("\n").length - 1;
    if (seen >= count) cutting ??= cut();
  }
  await child.status;
  const off = Number(await cutting);
  assert.ok(off > 0, `the power was cut: ${seen} lines`);
  return text.trimEnd().split("\n").map((line) => line.split(" ")).filter(([, , at]) => Number(at) < off);
}

interface Round {
  readonly round: number;
  readonly heard: Acknowledged;
  readonly dice: Random;
}

async function oneRound(place: { image: string; mount: string }, { round, heard, dice }: Round): Promise<void> {
  const args = ["run", "-A", "--no-check", "--quiet", CHILD, place.mount, `${round * 1_000_000}`];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
  const lines = await listen(child, 1 + dice.next(400), () => run("python3", "-c", CUT, place.mount));
  for (const [what, number = ""] of lines) {
    if (what === "row") heard.rows.add(number);
    else heard.state = Number(number);
  }
  await turnOn(place);
}

/**
 * Mounts what the disk had at the cut, as a new file: a mount namespace that another test opened meanwhile, unshare(1), keeps
 * the file system that was shut down, and the same file mounted again would be that one: EIO for whoever opens anything.
 */
async function turnOn(place: { image: string; mount: string }): Promise<void> {
  await run("umount", place.mount);
  await run("cp", "--sparse=always", place.image, `${place.image}.next`);
  await run("mv", `${place.image}.next`, place.image);
  await run("mount", "-o", "loop", place.image, place.mount);
}

async function check(mount: string, heard: Acknowledged): Promise<{ lost: number; torn: number }> {
  await using store = await openNotes(mount);
  using _listening = store.onReset((setAside) => assert.fail(`the database was damaged: ${setAside}`));
  const kept = new Set((await store.read("SELECT text FROM note")).map(({ text }) => text));
  const lost = [...heard.rows].filter((row) => !kept.has(row)).length;
  try {
    const { n, filling } = heard.state === -1
      ? { n: -1, filling: "" }
      : JSON.parse(fs.readFileSync(`${mount}/state.json`, "utf8"));
    return { lost, torn: n >= heard.state && filling.length === Math.max(0, n) % 9000 ? 0 : 1 };
  } catch {
    return { lost, torn: 1 };
  }
}

Deno.test("37: after a loss of power every acknowledged row is there, and the state file is whole", async (t) => {
  using place = directory();
  const disk = { image: `${place.path}/image`, mount: `${place.path}/disk` };
  try {
    await makeDisk(disk);
  } catch (error) {
    return void await t.step({ name: `no ext4 in a file here (${String(error).slice(0, 80)})`, ignore: true, fn() {} });
  }
  const dice = random("store_power");
  const heard: Acknowledged = { rows: new Set(), state: -1 };
  try {
    for (let round = 0; round < sized(10, 300); round++) {
      await oneRound(disk, { round, heard, dice });
      assert.deepEqual(await check(disk.mount, heard), { lost: 0, torn: 0 }, `seed ${dice.seed}, round ${round}`);
    }
    assert.ok(heard.rows.size > 100, `${heard.rows.size} rows were acknowledged`);
  } finally {
    await run("umount", "-l", disk.mount);
  }
});
