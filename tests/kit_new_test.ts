/** `appd new`: from nothing to a running daemon, as a newcomer does it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { BINARY, freePort, until } from "./support/instance.ts";

const KIT = fs.realpathSync(new URL("..", import.meta.url));
/** Lines of the app, as the guide says. */
const LINES = 40;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd, env, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function scratch(): Disposable & { readonly path: string } {
  const path = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), "newcomer-")));
  return { path, [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }) };
}

async function good(ran: Promise<Ran>): Promise<string> {
  const { code, stdout, stderr } = await ran;
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

Deno.test("an app is written, passes its tests, is compiled, and runs as a daemon with a job, a check and an endpoint", async () => {
  using place = scratch();
  await good(run(BINARY, ["new", "hello", "--kit", KIT], place.path));
  const directory = join(place.path, "hello");
  const app = fs.readFileSync(join(directory, "hello.ts"), "utf8");
  assert.ok(app.trimEnd().split("\n").length <= LINES, "the app is longer than the guide says");
  const task = (name: string) => good(run("bash", [join(KIT, "scripts/deno.sh"), "task", name], directory));
  assert.match(await task("test"), /2 passed/);
  await task("check");
  await task("compile");
  const binary = join(directory, "dist/hello");
  const env = { HOME: place.path, HELLO_SERVER_PORT: `${freePort()}` };
  const url = `http://127.0.0.1:${env.HELLO_SERVER_PORT}`;
  const uncompiled = new Deno.Command("bash", {
    args: [join(KIT, "scripts/deno.sh"), "task", "dev"],
    cwd: directory,
    env: { HELLO_HOME: join(place.path, ".hello"), HELLO_SERVER_PORT: env.HELLO_SERVER_PORT }, // HOME has the packages.
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  await until("it answers uncompiled", async () => (await (await fetch(`${url}/livez`)).text()) !== "", 60_000);
  await good(run(binary, ["stop"], place.path, env));
  assert.equal((await uncompiled.status).code, 0);
  await good(run(binary, ["start"], place.path, env));
  try {
    await good(run(binary, ["jobs", "run", "greet", "--wait"], place.path, env));
    const greetings = await (await fetch(`${url}/greetings`)).json();
    assert.deepEqual(greetings.map(({ name }: { name: string }) => name), ["world"]);
    const health = await until("health", async () => {
      const report = await (await fetch(`${url}/health`)).json();
      return report.checks.greeted?.ok && report;
    });
    assert.equal(health.status, "healthy");
    await good(run(binary, ["config", "check", "--config", join(directory, "config.toml")], place.path, env));
  } finally {
    await run(binary, ["stop"], place.path, env);
  }
});

Deno.test("an app that was moved says what to change, and what its README says is enough", async () => {
  using place = scratch();
  await good(run(BINARY, ["new", "hello", "--kit", KIT], place.path));
  const directory = join(place.path, "deeper/down/hello");
  fs.cpSync(join(place.path, "hello"), directory, { recursive: true });
  const check = () => run("bash", [join(KIT, "scripts/deno.sh"), "task", "check"], directory);
  const lost = await check();
  assert.notEqual(lost.code, 0);
  assert.match(lost.stdout, /^the kit is not at \S+: README\.md says what to change$/m);
  const [line = ""] = /^sed -i .*$/m.exec(fs.readFileSync(join(directory, "README.md"), "utf8")) ?? [];
  await good(run("sh", ["-c", line.replace("/srv/appd/", KIT.endsWith("/") ? KIT : `${KIT}/`)], directory));
  await good(check());
});

Deno.test("inside the sources the kit is found by itself; elsewhere it has to be named", async () => {
  using place = scratch();
  fs.mkdirSync(join(place.path, "kit/src"), { recursive: true });
  fs.mkdirSync(join(place.path, "kit/scripts"));
  for (const name of ["src/mod.ts", "scripts/compile.sh"]) fs.writeFileSync(join(place.path, "kit", name), "");
  fs.writeFileSync(join(place.path, "kit/deno.json"), '{ "imports": { "hono": "npm:hono@4" } }');
  await good(run(BINARY, ["new", "pear"], join(place.path, "kit")));
  assert.match(fs.readFileSync(join(place.path, "kit/pear/pear.ts"), "utf8"), /from "\.\.\/src\/mod\.ts"/);
  const lost = await run(BINARY, ["new", "plum"], place.path);
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /hint: .*--kit DIR/);
  assert.ok(!fs.existsSync(join(place.path, "plum")));
});

Deno.test("a name that is none is 2, and nothing is written over", async () => {
  using place = scratch();
  for (const name of ["Hello", "../x", "a b", "1st", "a".repeat(33)]) {
    const { code, stderr } = await run(BINARY, ["new", name, "--kit", KIT], place.path);
    assert.equal(code, 2, name);
    assert.match(stderr, /begins with a letter, and has 32 characters at the most/);
  }
  for (
    const [name, why] of [["appd", /the kit's own program, and ~\/\.appd its home/], ["serve", /serve serve/]] as const
  ) {
    const { code, stderr } = await run(BINARY, ["new", name, "--kit", KIT], place.path);
    assert.equal(code, 2, name);
    assert.match(stderr, why);
  }
  const unmade = await run(BINARY, ["new", "pear", "--kit", KIT, "--output", "/proc/pear"], place.path);
  assert.notEqual(unmade.code, 0);
  assert.match(
    unmade.stderr,
    /^appd: cannot make "\/proc\/pear": .*\nhint: choose another directory: appd new NAME --output DIR\n$/,
  );
  fs.mkdirSync(join(place.path, "mine"));
  fs.writeFileSync(join(place.path, "mine/file"), "keep");
  const { code, stderr } = await run(BINARY, ["new", "mine", "--kit", KIT], place.path);
  assert.equal(code, 73, stderr);
  assert.deepEqual(fs.readdirSync(join(place.path, "mine")), ["file"]);
});
