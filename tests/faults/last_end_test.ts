/** What is said of a daemon that was killed: never more than can be known. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { Instance, remains, signal, until } from "../support/instance.ts";

/** When the daemon has last left a sign of life. */
function signOf(instance: Instance): Date {
  return fs.statSync(join(instance.home, "daemon.lock")).mtime;
}

async function killed(instance: Instance): Promise<number> {
  const pid = instance.pid();
  signal(pid, "SIGKILL");
  await until("its death", () => !remains(pid));
  return pid;
}

Deno.test("of a daemon that was killed it is said when it was last seen, not when it last had something to write", async () => {
  await using instance = new Instance();
  await instance.start();
  const started = new Date((await instance.status()).started_at);
  const seen = await until("a sign of life", () => signOf(instance) > started ? signOf(instance) : undefined, 60_000);
  const pid = await killed(instance);
  const died = new Date();

  {
    using _taken = Deno.listen({ hostname: "127.0.0.1", port: instance.port });
    assert.equal((await instance.run(["start"])).code, 69, "it writes into the log of the one that died");
  }
  await instance.start();
  const { last_end } = await instance.status();
  assert.deepEqual([last_end.how, last_end.pid], ["killed", pid]);
  const last = new Date(last_end.at);
  assert.ok(seen <= last && last <= died, `${seen.toISOString()} <= ${last_end.at} <= ${died.toISOString()}`);
  const log = (await instance.run(["logs", "-n", "1000"])).stdout;
  assert.match(log, new RegExp(`the last run ended: killed pid=${pid} last_seen=${last_end.at} `));
  assert.match((await instance.run(["status"])).stdout, /^Last end: +killed, last seen .*: it left no word/m);
});

Deno.test("of a daemon that was killed before its first sign of life, the start is what is known", async () => {
  await using instance = new Instance();
  await instance.start();
  const started = new Date((await instance.status()).started_at);
  await until("its state is written", () => fs.existsSync(join(instance.home, "state.json")));
  await killed(instance);
  const slow = signOf(instance) > started; // On a machine that takes ten seconds for this there is one.
  await instance.start();
  const { at } = (await instance.status()).last_end;
  assert.equal(new Date(at).getTime(), (slow ? signOf(instance) : started).getTime());
});
