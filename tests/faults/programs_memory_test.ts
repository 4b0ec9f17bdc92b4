/** A program that the kernel kills for want of memory, under the compiled binary (row 27 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, BINARY, Instance, program, until } from "../support/instance.ts";
import { talkTo } from "./control_socket.ts";
import { sized } from "./seed.ts";

const KILLS = sized(1, 20);
const LIMIT = 400 << 20;

/** Both versions of cgroups: where one is made, and the file with its limit. */
const VERSIONS = [
  { mount: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes" },
  { mount: "/sys/fs/cgroup", limit: "memory.max" },
] as const;

/** A memory cgroup beside all others, empty again before it is removed. */
interface Cgroup extends AsyncDisposable {
  readonly path: string;
}

/** The first version that this host lets us use, or why there is none. */
function makeCgroup(): Cgroup | string {
  const reasons: string[] = [];
  for (const { mount, limit } of VERSIONS) {
    const path = join(mount, `appd-fault-${Deno.pid}`);
    try {
      fs.mkdirSync(path);
    } catch (error) {
      reasons.push((error as Error).message);
      continue;
    }
    try {
      fs.writeFileSync(join(path, limit), `${LIMIT}`, { flag: "r+" });
      const remove = () => until("the cgroup is empty", () => fs.rmdirSync(path) === undefined);
      return { path, [Symbol.asyncDispose]: async () => void await remove() };
    } catch (error) {
      reasons.push((error as Error).message); // No memory controller here.
      fs.rmdirSync(path);
    }
  }
  return reasons.join("; ");
}

const probe = makeCgroup();
if (typeof probe !== "string") await probe[Symbol.asyncDispose]();

Deno.test({
  name: `27: the end of a program that was out of memory says so, ${KILLS} times` +
    (typeof probe === "string" ? ` (skipped: no cgroup with a memory limit can be made here: ${probe})` : ""),
  ignore: typeof probe === "string",
  async fn() {
    const cgroup = makeCgroup();
    assert.ok(typeof cgroup !== "string");
    await using _cgroup = cgroup;
    // tail(1) keeps the last line, and that of /dev/zero never ends. The other one ends by a KILL of somebody else.
    const greedy = program("greedy", "exec tail /dev/zero");
    await using daemon = new Instance(greedy + program("modest", "exec sleep 1000"));
    const script = `echo $$ >${cgroup.path}/cgroup.procs && exec ${BINARY} start`;
    const options = { clearEnv: true, env: daemon.env(), stderr: "piped" } as const;
    const { code, stderr } = await new Deno.Command("/bin/sh", { args: ["-c", script], ...options }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const talk = talkTo(daemon);
    const pid = daemon.pid();
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill > 0) await talk.post("/programs/greedy/reset");
      const { exit, error } = await until("its end", async () => {
        const one = await talk.program("greedy");
        return one.state === "backoff" ? one : undefined;
      });
      assert.deepEqual([exit?.signal, error], ["SIGKILL", "killed by SIGKILL (out of memory)"]);
    }
    const why = await daemon.run(["why", "greedy"]);
    assert.match(why.stdout, /the kernel ended it because memory had run out/);
    assert.match(fs.readFileSync(join(daemon.home, "daemon.log"), "utf8"), /killed by SIGKILL \(out of memory\)/);
    const modest = await talk.program("modest");
    Deno.kill(modest.pid ?? 0, "SIGKILL");
    const ended = await until("the other's end", async () => (await talk.program("modest")).exit);
    assert.equal(ended.signal, "SIGKILL");
    assert.doesNotMatch((await daemon.run(["why", "modest"])).stdout, /memory/);
    assert.ok(alive(pid));
  },
});
