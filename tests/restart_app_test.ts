/** What a restart of an app refuses while its daemon can still go on, proved on the compiled app of fixtures/fig. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { compiled } from "./support/compiled.ts";
import { Instance } from "./support/instance.ts";

await compiled("tests/fixtures/fig/fig.ts");

/** A daemon of the app with a line in its database, and a directory for what its commands copy. */
async function running() {
  const instance = new Instance("", "fig");
  await instance.start();
  const post = { method: "POST", body: JSON.stringify({ payload: "kept" }) };
  await fetch(`http://127.0.0.1:${instance.port}/v1/pick`, post).then((answer) => answer.text());
  const scratch = join(instance.home, "..", "scratch");
  fs.mkdirSync(scratch);
  const pid = instance.pid();
  return {
    instance,
    /** A restart by a binary that the variable turns into another version, which leaves everything as it is. */
    async refuses(variable: string, ...args: string[]) {
      const env = instance.env({ [variable]: "1", TMPDIR: scratch });
      const before = fs.readdirSync(instance.home);
      const { code, stderr } = await instance.run(["restart", ...args], { env });
      assert.deepEqual(fs.readdirSync(instance.home), before);
      assert.deepEqual(fs.readdirSync(scratch), []);
      const status = await instance.status();
      assert.deepEqual([status.state, status.pid], ["ready", pid], `after: ${stderr}`);
      assert.equal(code, 78, stderr);
      assert.match(stderr, new RegExp(`the daemon that runs, PID ${pid}, was left as it is`));
      return stderr;
    },
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  };
}

const REFUSED: Readonly<Record<string, readonly [variable: string, said: RegExp]>> = {
  "an older one": ["FIG_OLDER", /cannot use ".*fig\.db": version 2 of "fig" wrote it, this one knows 1/],
  "one that has changed a migration": [
    "FIG_TEXT",
    /cannot use ".*fig\.db": migration 2 of "fig" \(beat\) has another text than when it was applied/,
  ],
  "one whose new migration fails": [
    "FIG_MIGRATE",
    /cannot migrate ".*fig\.db" to version 3 of "fig" \(bad\): table half already exists/,
  ],
  "one that opens a built-in path": ["FIG_OPEN", /cannot open "\/health": a built-in endpoint has this path/],
};

for (const [what, [variable, said]] of Object.entries(REFUSED)) {
  Deno.test(`a binary that was replaced by ${what}: restart leaves the daemon alone, and says what a start would say`, async () => {
    await using daemon = await running();
    const { instance } = daemon;
    assert.match(await daemon.refuses(variable), said);
    assert.match(await daemon.refuses(variable, "--keep-programs"), said);
    const told = (stderr: string) => stderr.replace(/; the daemon that runs.*/, "");
    const refused = told(await daemon.refuses(variable));
    assert.equal((await instance.run(["restart"])).code, 0, "the binary of before");
    await instance.run(["stop"]);
    const started = await instance.run(["start"], { env: instance.env({ [variable]: "1" }) });
    assert.deepEqual([started.code, started.stderr], [78, refused]);
  });
}

Deno.test("doctor of a binary that would not take the database says so while the daemon runs", async () => {
  await using daemon = await running();
  const { instance } = daemon;
  const findings = async (more: Record<string, string>) => {
    const { stdout } = await instance.run(["doctor", "--json"], { env: instance.env(more) });
    return JSON.parse(stdout).findings.filter(({ id }: { id: string }) => id === "database.refused");
  };
  assert.deepEqual(await findings({}), []);
  const [found] = await findings({ FIG_OLDER: "1" });
  assert.match(found.what, /version 2 of "fig" wrote it, this one knows 1/);
  assert.equal(found.why, "the daemon goes on with it, and one of this binary would not start");
});

Deno.test("a restart whose new daemon fails nevertheless says that the old one is gone, and how to start it", async () => {
  await using daemon = await running();
  const { instance } = daemon;
  const pid = instance.pid();
  const env = instance.env({ FIG_ROUTE: "1" }); // Endpoints are made by the daemon that serves them, and by nobody else.
  const { code, stderr } = await instance.run(["restart", "--log-level", "debug"], { env });
  assert.equal(code, 78, stderr);
  const said = `the old daemon, PID ${pid}, was stopped, and none runs now; start it: fig start --log-level debug`;
  assert.ok(stderr.includes(said), stderr);
});
