import { APPD_APP } from "../../app/kit/app.ts";
import assert from "node:assert/strict";
import fs from "node:fs";
import { until } from "../../system/until.ts";
import { realSystem } from "../../system/system.ts";
import { APPD } from "../command_table.ts";
import { fakeTerminal } from "../fake_terminal.ts";
import { main } from "../run.ts";

/** A home with the logs of two programs, removed at the end. */
function homeWithLogs() {
  const home = fs.mkdtempSync("/tmp/appd-logs-");
  for (const name of ["web", "worker"]) {
    fs.mkdirSync(`${home}/programs/${name}`, { recursive: true });
    fs.writeFileSync(`${home}/programs/${name}/output.log`, [1, 2, 3].map((n) => `${name} ${n} \x1b[31m\n`).join(""));
  }
  return { home, [Symbol.dispose]: () => fs.rmSync(home, { recursive: true }) };
}

async function logs(home: string, args: readonly string[], options: { terminal?: boolean } = {}) {
  const terminal = fakeTerminal(options);
  const code = await main({ program: APPD, app: APPD_APP }, ["logs", "--home", home, ...args], {
    ...realSystem(),
    terminal,
  });
  return { code, stdout: terminal.stdout, stderr: terminal.stderr };
}

Deno.test("the last lines of a program, raw into a pipe and escaped on a terminal", async () => {
  using place = homeWithLogs();
  assert.deepEqual(await logs(place.home, ["web", "-n", "2"]), {
    code: 0,
    stdout: "web 2 \x1b[31m\nweb 3 \x1b[31m\n",
    stderr: "",
  });
  assert.equal((await logs(place.home, ["web", "-n1"], { terminal: true })).stdout, "web 3 \\x1b[31m\n");
  assert.equal((await logs(place.home, ["web", "--grep", " [13] "])).stdout.length, 2 * "web 1 \x1b[31m\n".length);
  assert.equal((await logs(place.home, ["web", "-n", "0"])).stdout, "");
  assert.deepEqual(JSON.parse((await logs(place.home, ["web", "-n1", "--json"])).stdout), { line: "web 3 \x1b[31m" });
});

Deno.test("an unknown program is named with the nearest one and the list", async () => {
  using place = homeWithLogs();
  const { code, stderr } = await logs(place.home, ["wbe"]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'appd: cannot show the log of "wbe": no such program or job\nhint: did you mean "web"? programs and jobs: web, worker\n',
  );
  assert.equal((await logs(place.home, ["../programs/web"])).code, 1);
  assert.match((await logs(`${place.home}/nothing`, ["web"])).stderr, /there are no programs/);
});

Deno.test("who is configured and has not run yet has no lines, and a person is told so", async () => {
  using place = homeWithLogs();
  const job = '[[job]]\nname = "half3"\ncommand = ["true"]\n';
  const program = '[[program]]\nname = "api"\ninstances = 2\ncommand = ["true"]\n';
  fs.writeFileSync(`${place.home}/config.toml`, job + program);
  for (const name of ["half3", "api.2"]) {
    assert.deepEqual(await logs(place.home, [name]), { code: 0, stdout: "", stderr: "" });
    const stderr = `appd: ${name} has not written anything yet\n`;
    assert.deepEqual(await logs(place.home, [name], { terminal: true }), { code: 0, stdout: "", stderr });
  }
  assert.equal((await logs(place.home, ["web", "-n0"], { terminal: true })).stderr, "");
  const wrong = await logs(place.home, ["half"]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /did you mean "half3"\? programs and jobs: web, worker, api.1, api.2, half3\n$/);
  fs.mkdirSync(`${place.home}/programs/.services`);
  fs.writeFileSync(`${place.home}/config.toml`, "broken");
  assert.match((await logs(place.home, ["half3"])).stderr, /programs and jobs: web, worker\n$/);
});

Deno.test("what a job writes first is followed, although there was nothing when the waiting began", async () => {
  using place = homeWithLogs();
  fs.writeFileSync(`${place.home}/config.toml`, '[[job]]\nname = "half3"\ncommand = ["true"]\n');
  const terminal = fakeTerminal({ terminal: true });
  let reader = true;
  const write: typeof terminal.write = (stream, bytes) => {
    if (stream === "stdout" && !reader) throw Object.assign(new Error("gone"), { code: "EPIPE" });
    terminal.write(stream, bytes);
  };
  const system = { ...realSystem(), terminal: { ...terminal, write } };
  const followed = main({ program: APPD, app: APPD_APP }, ["logs", "--home", place.home, "half3", "-f"], system);
  await until("it waits", () => /not written/.test(terminal.stderr));
  fs.mkdirSync(`${place.home}/jobs/half3`, { recursive: true });
  const log = `${place.home}/jobs/half3/output.log`;
  fs.writeFileSync(log, "one\n");
  await until("the first line", () => terminal.stdout === "one\n");
  reader = false;
  fs.appendFileSync(log, "two\n");
  assert.equal(await followed, 0);
});

Deno.test("a bad time or pattern is a usage error", async () => {
  using place = homeWithLogs();
  assert.equal((await logs(place.home, ["web", "--since", "yesterday"])).code, 2);
  assert.equal((await logs(place.home, ["web", "--grep", "("])).code, 2);
});
