/** Reloads one after another and on top of each other: the last word of the file counts, and nobody is touched for nothing. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { systemProcesses } from "../../src/system/processes.ts";
import { Instance, program, signal, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { random, sized } from "./seed.ts";
import { tenantsOf } from "./tenants.ts";

const RELOADS = sized(30, 200);
const IDLE = "while :; do sleep 100000; done";

const versionOf = (pid: number | null) =>
  systemProcesses.environment(pid ?? 0).find((one) => one.startsWith("V="))?.slice(2);

const configOf = (version: number, extra = "") =>
  program("steady", IDLE) + program("changing", `exec sleep 100000`, `env = { V = "${version}" }`) + extra;

Deno.test(`${RELOADS} reloads, alone and at once, by command, socket and SIGHUP: unchanged programs keep their PIDs`, async () => {
  const { next, once } = random("reloads");
  await using daemon = new Instance(configOf(0));
  await daemon.start();
  const talk = talkTo(daemon);
  const pid = daemon.pid();
  const steady = (await talk.program("steady")).pid;
  for (let version = 1; version <= RELOADS; version++) {
    daemon.write(configOf(version, once(3) ? program("now-and-then", IDLE) : ""));
    const others = Array.from({ length: next(3) }, () => talk.post("/reload"));
    if (once(4)) signal(pid, "SIGHUP");
    await Promise.all([...others, once(10) ? daemon.run(["reload"]) : talk.post("/reload")]);
    const { pid: changed } = await talk.program("changing");
    // While its shell executes sleep(1), it has no environment.
    assert.equal(await until("its environment", () => versionOf(changed)), `${version}`);
    assert.equal((await talk.program("steady")).pid, steady);
  }
  daemon.write(configOf(RELOADS));
  assert.equal((await daemon.run(["reload"])).code, 0);
  await until(
    "one of each",
    () => tenantsOf(daemon).map((one) => one.program).sort().join() === "changing,steady,steady",
  );
  assert.equal(daemon.pid(), pid);
});

Deno.test("a reload that comes while another one waits for a program to end reads the file again", async () => {
  await using daemon = new Instance();
  const at = (name: string) => join(daemon.home, name);
  const script = `trap 'while [ ! -e ${at("end")} ]; do sleep 0.1; done; exit' TERM; : >${at("trapped")}
while :; do sleep 0.1; done`;
  const slow = (version: number) => program("slow", script, `env = { V = "${version}" }`);
  daemon.write(slow(0));
  await daemon.start();
  const talk = talkTo(daemon);
  await until("it hears its signal", () => fs.existsSync(at("trapped")));
  daemon.write(slow(1));
  const first = talk.post("/reload");
  await until("the first is under way", async () => (await talk.program("slow")).state === "stopping");
  daemon.write(slow(2));
  const second = talk.post("/reload");
  fs.writeFileSync(at("end"), "");
  await second;
  assert.equal(versionOf((await talk.program("slow")).pid), "2");
  await first;
});
