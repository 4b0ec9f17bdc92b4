/** What a program says after a kill -9 of the daemon and before its own end is in the log (row 18 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { Instance, program, remains, signal, until } from "../support/instance.ts";

/** A hundred lines at once, ten more when the file `go` is there, and exit 3. Its second life says only `again`. */
function script(home: string): string {
  const say = (from: number, to: number) => `i=${from}; while [ $i -le ${to} ]; do echo "n $i"; i=$((i+1)); done`;
  return `if [ -e ${home}/done ]; then echo again; exec sleep 1000; fi
${say(1, 100)}; while [ ! -e ${home}/go ]; do sleep 0.02; done; ${
    say(101, 110)
  }; printf "no newline"; touch ${home}/done; exit 3`;
}

const log = (home: string, name: string) => fs.readFileSync(join(home, "programs", name, "output.log"), "utf8");
const EXPECTED = Array.from({ length: 110 }, (_, i) => `n ${i + 1}\n`).join("") + "no newline\n";

/** A daemon that was killed, and whose program `p` has ended since. */
async function killed(): Promise<Instance> {
  const instance = new Instance();
  const { home } = instance;
  instance.write(program("p", script(home)) + program("gone", script(home)) + program("other", "exec sleep 1000"));
  await instance.start();
  await until("the first lines", () => log(home, "p").includes("n 100\n") && log(home, "gone").includes("n 100\n"));
  await until("a keeper of all", () => holdsAll(instance));
  const pid = instance.pid();
  signal(pid, "SIGKILL");
  await until("the daemon is gone", () => !remains(pid));
  const before = [log(home, "p"), log(home, "gone")];
  fs.writeFileSync(join(home, "go"), "");
  await until("the programs have ended", () => instance.programs().length === 1);
  assert.deepEqual([log(home, "p"), log(home, "gone")], before, "nobody has read it yet");
  return instance;
}

function holdsAll(instance: Instance): boolean {
  const keepers = instance.keepers();
  return keepers.length === 1 && keepers.every((pid) => {
    const files = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
    return files.filter((file) => file.endsWith("/output.fifo")).length === 3;
  });
}

Deno.test("18: the last words of a program that ended while no daemon ran are in its log, once", async () => {
  await using instance = await killed();
  const { home } = instance;
  const old = instance.keepers();
  instance.write(program("p", script(home)) + program("other", "exec sleep 1000"));
  await instance.start();
  await until("the second life", () => log(home, "p").includes("again"));
  assert.equal(log(home, "p"), `${EXPECTED}again\n`);
  assert.equal(log(home, "gone"), EXPECTED, "also of a program that is not configured any more");
  await until("a new keeper instead of the old one", () => instance.keepers().length === 1 && !remains(old[0] ?? 0));
  await instance.run(["stop"]);
  await until("the end of the keeper, which was killed", () => instance.keepers().length === 0);
});

Deno.test("18: a stop after a kill -9 ends the keeper too", async () => {
  await using instance = await killed();
  assert.equal(instance.keepers().length, 1);
  await instance.run(["stop"]);
  await until("the end of the keeper, which was killed", () => instance.keepers().length === 0);
  assert.deepEqual(instance.programs(), []);
});
