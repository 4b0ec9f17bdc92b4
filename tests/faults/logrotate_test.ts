/** Fault 31 with the real logrotate: it moves the files and signals, the daemon opens new ones, and no line is lost. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { Instance, program, signal, until } from "../support/instance.ts";
import { sized } from "./seed.ts";

const LOGROTATE = "/usr/sbin/logrotate";
const missing = !fs.existsSync(LOGROTATE);

Deno.test({
  name: `fault 31: logrotate moves the log under load and sends USR2${missing ? " (skipped: no logrotate)" : ""}`,
  ignore: missing,
  async fn() {
    const count = sized(4000, 200_000);
    const lines = `i=0; while [ $i -lt ${count} ]; do echo n $i; i=$((i+1)); [ $((i % 20)) -ne 0 ] || sleep 0.01; done`;
    await using instance = new Instance(program("count", `${lines}; exec sleep 1000`));
    await instance.start();
    const log: string = (await instance.status()).programs[0].log_file;
    const config = join(instance.home, "logrotate.conf");
    fs.writeFileSync(config, `${log} {\n  rotate 1000\n  nocompress\n  nocreate\n  missingok\n}\n`, { mode: 0o600 });
    const last = () => fs.existsSync(log) && fs.readFileSync(log, "utf8").includes(`n ${count - 1}\n`);
    let cycles = 0;
    while (!last() && cycles < sized(8, 200)) {
      const size = fs.existsSync(log) ? fs.statSync(log).size : 0;
      const { success } = await new Deno.Command(LOGROTATE, {
        args: ["-f", "-s", join(instance.home, "logrotate.state"), config],
        stdout: "null",
        stderr: "inherit",
      }).output();
      assert.ok(success);
      signal(instance.pid(), "SIGUSR2");
      cycles++;
      await until("the log is written anew", () => fs.existsSync(log) && fs.statSync(log).size !== size);
    }
    await until("the last line", last, 60_000);
    const names = fs.readdirSync(join(log, "..")).filter((name) => name.startsWith("output.log"));
    const text = names.map((name) => fs.readFileSync(join(log, "..", name), "utf8")).join("");
    const got = [...text.matchAll(/^n (\d+)$/gm)].map((match) => Number(match[1])).sort((a, b) => a - b);
    assert.deepEqual(got, Array.from({ length: count }, (_, i) => i));
    assert.ok(cycles >= 3, `only ${cycles} cycles`);
  },
});
