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
    await using instance = new Instance();
    const enough = join(instance.home, "enough");
    const lines =
      `i=0; while [ ! -e ${enough} ]; do echo n $i; i=$((i+1)); [ $((i % 20)) -ne 0 ] || sleep 0.01; done; echo end`;
    instance.write(program("count", `${lines}; exec sleep 1000`));
    await instance.start();
    const log: string = (await instance.status()).programs[0].log_file;
    const config = join(instance.home, "logrotate.conf");
    fs.writeFileSync(config, `${log} {\n  rotate 1000\n  nocompress\n  nocreate\n  missingok\n}\n`, { mode: 0o600 });
    for (let cycle = 0; cycle < sized(8, 200); cycle++) {
      const size = fs.existsSync(log) ? fs.statSync(log).size : 0;
      const { success } = await new Deno.Command(LOGROTATE, {
        args: ["-f", "-s", join(instance.home, "logrotate.state"), config],
        stdout: "null",
        stderr: "inherit",
      }).output();
      assert.ok(success);
      signal(instance.pid(), "SIGUSR2");
      await until("the log is written anew", () => fs.existsSync(log) && fs.statSync(log).size !== size);
    }
    fs.writeFileSync(enough, "");
    await until("the last line", () => fs.existsSync(log) && /^end$/m.test(fs.readFileSync(log, "utf8")));
    const names = fs.readdirSync(join(log, "..")).filter((name) => name.startsWith("output.log"));
    const text = names.map((name) => fs.readFileSync(join(log, "..", name), "utf8")).join("");
    const got = [...text.matchAll(/^n (\d+)$/gm)].map((match) => Number(match[1])).sort((a, b) => a - b);
    assert.deepEqual(got, got.map((_, i) => i));
    assert.ok(got.length > 100, `only ${got.length} lines`);
  },
});
