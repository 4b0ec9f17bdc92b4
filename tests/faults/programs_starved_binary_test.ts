/** A daemon whose host gives it no more processes or descriptors, on the compiled binary (row 23 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { alive, BINARY, Instance, program, until } from "../support/instance.ts";
import { type Talk, talkTo } from "./control_socket.ts";

/** A user that nobody is: its processes are counted by the kernel apart from all others. */
const UID = 61_000 + Deno.pid % 4000;
const MORE = 40;

const sections = (count: number) =>
  Array.from({ length: count }, (_, i) => program(`p${i}`, "exec sleep 1000")).join("");

/** `appd start`, behind tools that set its limits. */
async function startBehind(daemon: Instance, prefix: readonly string[]): Promise<void> {
  const [tool = "", ...args] = [...prefix, BINARY, "start"];
  const options = { clearEnv: true, env: daemon.env(), stdin: "null", stderr: "piped" } as const;
  const { code, stderr } = await new Deno.Command(tool, { args, ...options }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

interface Shortage {
  readonly limit: "nofile" | "nproc";
  readonly least: number;
  readonly errno: string;
  /** Who may change the daemon's limits; default: we. */
  readonly as?: readonly string[];
}

/** Runs out of what `limit` is about, stays alive, and goes on when there is enough again. */
async function survive(daemon: Instance, shortage: Shortage): Promise<void> {
  const { least, errno } = shortage;
  const talk = talkTo(daemon);
  const pid = daemon.pid();
  const first = await runningOf(talk);
  setSoftLimit(pid, shortage, least);
  daemon.write(sections(MORE));
  await talk.post("/reload");
  const waiting = (await talk.status()).programs.filter(({ state }) => state === "backoff");
  assert.ok(waiting.length > 0, "nothing was short");
  for (const { error } of waiting) assert.match(error ?? "", new RegExp(`^cannot run "/bin/sh": .*\\(${errno}\\)$`));
  assert.equal((await daemon.get("/health")).status, 200);
  assert.equal((await daemon.run(["status", "--json"])).code, 0);
  await until("the next try", async () => (await talk.status()).programs.some(({ restarts }) => restarts > 0));
  assert.ok(alive(pid));
  setSoftLimit(pid, shortage, 4000);
  for (const { name } of waiting) await talk.post(`/programs/${name}/reset`);
  await until("all run", async () => (await runningOf(talk)).length === MORE);
  const now = new Map((await runningOf(talk)).map((one) => [one.name, one.pid]));
  for (const one of first) assert.equal(now.get(one.name), one.pid, `${one.name} was not left alone`);
  assert.equal(daemon.pid(), pid);
}

/** The runtime raises its soft limits at its start as far as it may, so they are lowered afterwards. */
function setSoftLimit(pid: number, { limit, as = [] }: Shortage, value: number): void {
  const [tool = "", ...args] = [...as, "prlimit", "--pid", `${pid}`, `--${limit}=${value}:`];
  assert.ok(new Deno.Command(tool, { args }).outputSync().success);
}

async function runningOf(talk: Talk) {
  return (await talk.status()).programs.filter(({ pid }) => pid !== null);
}

Deno.test("23: out of descriptors some programs wait, the daemon answers, and they start when there are more", async () => {
  await using daemon = new Instance(sections(2));
  await daemon.start();
  await survive(daemon, { limit: "nofile", least: 64, errno: "EMFILE" });
});

Deno.test("23: a daemon that is started with 64 descriptors runs what it can, answers, and stops cleanly", async () => {
  await using daemon = new Instance(sections(MORE));
  await startBehind(daemon, ["prlimit", "--nofile=64:64", "--"]);
  const talk = talkTo(daemon);
  const running = (await runningOf(talk)).length;
  assert.ok(running > 0 && running < MORE, `${running} run`);
  for (const name of ["p0", "p1", "p2"]) await talk.post(`/programs/${name}/stop`);
  const more = async () => (await runningOf(talk)).some(({ restarts }) => restarts > 0);
  await until("others take their place", more, 90_000); // Who was refused often waits for a minute at the most.
  const pids = (await runningOf(talk)).map(({ pid }) => pid ?? 0);
  assert.equal((await daemon.run(["log-rotate"])).code, 0);
  assert.equal((await daemon.run(["stop"])).code, 0);
  assert.deepEqual(pids.filter(alive), []);
});

Deno.test({
  name: "23: when no process can be made programs wait, the daemon answers, and they start when one can",
  ignore: Deno.uid() !== 0, // The limit does not hold for root, and only root can become somebody else.
  async fn() {
    await using daemon = new Instance(sections(2));
    for (const path of [daemon.home, `${daemon.home}/config.toml`]) fs.chownSync(path, UID, UID);
    const as = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups", "--"];
    await startBehind(daemon, as);
    await survive(daemon, { limit: "nproc", least: 30, errno: "EAGAIN", as }); // Threads count as well.
  },
});
