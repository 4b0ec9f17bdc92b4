/** A program that the kernel kills for want of memory, under the compiled binary (row 27 of the fault list). */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, Instance, program, until } from "../support/instance.ts";
import { openMemoryCgroup } from "../support/memory_cgroup.ts";
import { onlyShortage } from "../support/only_shortage.ts";
import { talkTo } from "./control_socket.ts";
import { sized } from "./seed.ts";

const KILLS = sized(1, 20);
const LIMIT = 400 << 20;

const isPossible = (() => {
  using cgroup = openMemoryCgroup(LIMIT);
  return cgroup !== undefined;
})();

Deno.test({
  name: `27: the end of a program that was out of memory says so, ${KILLS} times` +
    (isPossible ? "" : " (skipped: no cgroup with a memory limit can be made here)"),
  ignore: !isPossible,
  async fn() {
    using _alone = await onlyShortage();
    using cgroup = openMemoryCgroup(LIMIT);
    const modest = program("modest", "exec sleep 1000");
    await using daemon = new Instance(modest);
    await daemon.start();
    const talk = talkTo(daemon);
    const pid = daemon.pid();
    cgroup?.add(pid); // And all that it starts from now on.
    // tail(1) keeps the last line, and that of /dev/zero never ends.
    daemon.write(modest + program("greedy", "exec tail /dev/zero"));
    await talk.post("/reload");
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
    Deno.kill((await talk.program("modest")).pid ?? 0, "SIGKILL"); // Somebody else's doing.
    const ended = await until("the other's end", async () => (await talk.program("modest")).exit);
    assert.equal(ended.signal, "SIGKILL");
    assert.doesNotMatch((await daemon.run(["why", "modest"])).stdout, /memory/);
    assert.ok(alive(pid));
  },
});
