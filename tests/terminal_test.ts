/** What a person sees on a terminal of some width, and what a pipe gets, on dist/appd. */
import assert from "node:assert/strict";
import { BINARY, Instance } from "./support/instance.ts";

const ON_TERMINAL = new URL("support/on_terminal.py", import.meta.url).pathname;

/** What stands on a terminal after a command; colours are taken out by NO_COLOR. */
async function shown(app: Instance, columns: number, args: readonly string[], env = app.env()): Promise<string> {
  const command = new Deno.Command("python3", {
    args: [ON_TERMINAL, String(columns), BINARY, ...args],
    clearEnv: true,
    env,
    stdin: "null",
  });
  const { stdout } = await command.output();
  return new TextDecoder().decode(stdout).replaceAll("\r\n", "\n");
}

const NAME = "nightly-backup-of-the-whole-house";
const REASON = "the disk that the backups are kept on is not there, and nobody has said where it went to this time";
const CONFIG = `
[[program]]
name = "${NAME}-watcher"
command = ["sleep", "600"]
[[program]]
name = "broken"
command = ["sh", "-c", "exit 3"]
restart = "never"
[[program]]
name = "patient"
command = ["sleep", "600"]
depends_on = { broken = "ready" }
[[job]]
name = "${NAME}"
command = ["sh", "-c", "echo '${REASON}'; exit 5"]
cron = "30 2 * * 1-5"
timezone = "Europe/Berlin"
`;

const TABLES = ["programs", "jobs", "jobs history", "schedule next", "programs graph", "config list"]
  .map((line) => line.split(" "));

Deno.test("a row of a table is a line of the terminal, and a pipe gets all of it", async () => {
  await using app = new Instance(CONFIG);
  await app.start();
  await app.run(["jobs", "run", NAME, "--wait"]);
  for (const args of TABLES) {
    const piped = (await app.run(args)).stdout.trimEnd().split("\n");
    for (const columns of [80, 60, 40]) {
      const lines = (await shown(app, columns, args)).trimEnd().split("\n");
      const long = lines.filter((line) => [...line].length > columns);
      assert.deepEqual(long, [], `${args.join(" ")} in ${columns} columns`);
      assert.equal(lines.length, piped.length, `rows of ${args.join(" ")}`);
    }
  }
  const table = await shown(app, 60, ["programs"]);
  assert.match(table, /^NAME +STATE +READY .*NOTE\n.*…/);
  assert.match(table, /\nbroken +exited +no .*exit 3\n/, "what matters stays");
  const piped = (await app.run(["programs"])).stdout;
  assert.match(piped, new RegExp(`\n?${NAME}-watcher +running`));
  assert.match(piped, /^NAME +STATE +READY +PID +UPTIME +RESTARTS +CPU +MEM +NOTE\n/);
  assert.ok(!piped.includes("…"), piped);
  assert.match((await app.run(["jobs"])).stdout, /cron 30 2 \* \* 1-5 \(Europe\/Berlin\)/);
});

Deno.test("a terminal that was never told its size counts as one of 80 columns", async () => {
  await using app = new Instance(CONFIG);
  await app.start();
  assert.match(await shown(app, 0, ["programs"]), /^NAME +STATE +READY +PID .*NOTE\n.*…/);
});

Deno.test("colours are for a terminal that can show them, never for what goes elsewhere", async () => {
  await using app = new Instance(CONFIG);
  const { NO_COLOR: _, ...env } = app.env();
  const coloured = { ...env, TERM: "xterm" };
  const has = (text: string) => text.includes("\x1b[");
  assert.ok(has(await shown(app, 80, ["status"], coloured)));
  assert.ok(!has(await shown(app, 80, ["status", "--no-color"], coloured)));
  assert.ok(!has(await shown(app, 80, ["status"], { ...coloured, TERM: "dumb" })));
  for (const args of [["status"], ["--help"], ["config"], ["config", "list"]]) {
    const { stdout, stderr } = await app.run(args, { env: coloured });
    assert.ok(!has(stdout + stderr), args.join(" "));
  }
});
