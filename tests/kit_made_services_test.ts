/** Services that an app makes of its configuration, and who waits for them: the compiled app of fixtures/sloe. */
import assert from "node:assert/strict";
import type { ProgramStatus } from "../src/base/program_reports.ts";
import { compiled } from "./support/compiled.ts";
import { Instance, program, until } from "./support/instance.ts";

await compiled("tests/fixtures/sloe/sloe.ts");

const upstreams = (...names: string[]) => `[sloe]\nupstreams = ${JSON.stringify(names)}\n`;
const web = (more: string) => `${program("web", "exec sleep 1000")}${more}\n`;

/** What `config check` says, line by line, without the path of the file and the drawn lines. */
async function checked(config: string): Promise<readonly (number | string)[]> {
  await using sloe = new Instance(config, "sloe");
  const { code, stderr } = await sloe.run(["config", "check"]);
  const lines = stderr.split("\n").filter((line) => line !== "" && !/^ *(\d+ )?\|/.test(line));
  return [code, ...lines.map((line) => line.replace(/^.*config\.toml:/, "").trim())];
}

Deno.test("programs, jobs and notifications name services that the configuration makes", async () => {
  const job = '[[job]]\nname = "tidy"\ncommand = ["true"]\non = ["program:up-a:failed"]\n';
  const notify = '[[notify]]\nname = "tell"\ncommand = ["true"]\nprograms = ["up-a"]\n';
  assert.deepEqual(await checked(upstreams("a") + web('depends_on = ["up-a"]') + job + notify), [0]);
});

Deno.test("what really is unknown stands with its line, its column and the nearest name", async () => {
  assert.deepEqual(await checked(upstreams("alpha") + web('depends_on = ["up-alfa"]')), [
    78, // Two lines of the instance stand above.
    '10:15: program.web.depends_on[1] names "up-alfa", and no program or service has this name',
    'hint: did you mean "up-alpha"?',
  ]);
});

Deno.test("while the rest of the file is wrong, nobody knows which services there would be", async () => {
  const wrong = upstreams("alpha").replace("[sloe]", "[sloe]\nidle = 3") + web('depends_on = ["up-alpha", "web"]');
  const [code, ...says] = await checked(wrong);
  assert.equal(code, 78);
  assert.deepEqual(says.filter((line) => /^\d+:/.test(String(line))).map((line) => String(line).replace(/^\S+ /, "")), [
    "sloe.idle is 3, expected true or false",
    "program.web.depends_on[2] is the program itself",
  ]);
});

Deno.test("a name that clashes with a service, or makes one that is unfit, stands with its line and column", async () => {
  assert.deepEqual(await checked(upstreams("eb") + web("").replace("web", "up-eb")), [
    78,
    '7:8: program.up-eb.name is "up-eb", and a service of the app has this name',
    "hint: give it another name: logs and events go by it",
  ]);
  const long = "x".repeat(62);
  assert.deepEqual(await checked(upstreams("a", long)), [
    78,
    `4:18: sloe.upstreams[2] makes the name of a service that is unfit: "up-${long}"`,
    "hint: letters, digits, ., _ and -, 64 at the most",
  ]);
});

Deno.test("a program and a service that wait for each other are refused", async () => {
  const [code, says] = await checked(upstreams("looped") + web('depends_on = ["up-looped"]'));
  assert.deepEqual([code, says], [78, 'sloe: cannot run the service "up-looped": it waits in a circle with web']);
});

Deno.test("a program starts after the service that it waits for, and a reload that makes another one is checked", async () => {
  await using sloe = new Instance(upstreams("a") + web('depends_on = ["up-a"]'), "sloe");
  await sloe.start();
  const one = async (name: string): Promise<ProgramStatus> =>
    (await sloe.status()).programs.find((program: ProgramStatus) => program.name === name) ?? assert.fail(name);
  await until("web runs", async () => (await one("web")).state === "running");
  await sloe.run(["programs", "stop", "web", "up-a"]);
  const { stdout } = await sloe.run(["programs", "start", "web"]);
  assert.match(stdout, /web waits for up-a to be ready \(it is stopped\)/);
  await sloe.run(["programs", "start", "up-a"]);
  await until("web runs again", async () => (await one("web")).state === "running");
  sloe.write(upstreams("b") + web('depends_on = ["up-a"]'));
  const refused = await sloe.run(["reload"]);
  assert.match(refused.stderr, /names "up-a", and no program or service has this name/);
  const set = await sloe.run(["config", "set", "program.web.depends_on", "up-b"]);
  assert.equal(set.code, 0, set.stderr);
  assert.equal((await sloe.run(["reload"])).code, 0);
  assert.equal((await one("up-b")).kind, "service");
});

Deno.test("nobody waits for a service that the configuration leaves out", async () => {
  const config = upstreams("a") + web('depends_on = ["up-a"]');
  await using sloe = new Instance(config.replace("[sloe]", "[sloe]\nidle = true"), "sloe");
  await sloe.start();
  const { programs } = await until("web runs", async () => {
    const status = await sloe.status();
    return status.programs[0]?.state === "running" ? status : undefined;
  });
  assert.deepEqual(programs.map(({ name }: ProgramStatus) => name), ["web"]);
});
