/** What a program of the compiled daemon finds in its environment. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { BINARY, Instance, program, until } from "./support/instance.ts";

Deno.test("`appd status`, run by a program, tells about the daemon that runs it, named or not", async () => {
  for (const names of [[], ["--name", "two"]]) {
    await using instance = new Instance();
    const home = join(instance.home, ...names.slice(1));
    const said = join(instance.home, "said");
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    const script = `${BINARY} status --json > ${said}.new; mv ${said}.new ${said}; exec sleep 1000`;
    instance.write(program("p", script, 'env = { HOME = "/" }'));
    if (names.length > 0) fs.renameSync(join(instance.home, "config.toml"), join(home, "config.toml"));
    const env = instance.env();
    delete env.APPD_HOME;
    const started = await instance.run(["start", "--home", instance.home, ...names], { env });
    assert.equal(started.code, 0, started.stderr);
    const status = await until("its status", () => fs.existsSync(said) && JSON.parse(fs.readFileSync(said, "utf8")));
    assert.deepEqual([status.state === "stopped", status.home, status.programs[0].name], [false, home, "p"]);
    await instance.run(["stop", "--home", instance.home, ...names], { env });
  }
});

Deno.test("what appd sets for its own runtime is no program's", async () => {
  await using instance = new Instance();
  const said = join(instance.home, "said");
  instance.write(program("p", `env >${said}.new; mv ${said}.new ${said}; exec sleep 1000`));
  const child = instance.spawn(["run"]); // In the foreground nothing is taken out of what a user has set.
  const text = await until("its environment", () => fs.existsSync(said) && fs.readFileSync(said, "utf8"));
  assert.deepEqual(text.split("\n").filter((line) => line.startsWith("DENO_")), []);
  await instance.run(["stop"]);
  await child.output();
});
