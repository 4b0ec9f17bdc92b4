/** Where devtrack's answers go, as its document (S1) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { devtrack, RARELY } from "../support/devtrack.ts";
import { type Instance, until } from "../support/instance.ts";

/** As the document has them. */
const OF_DOCUMENT = `
[integrations.azure_devops]
enabled = true
[integrations.github]
enabled = true
[integrations.jira]
enabled = false
`;

/** An integration that keeps what it is given, a line each, as long as the file NAME.ok is there. */
function keeping(app: Instance, name: string): string {
  const root = dirname(app.home);
  const script =
    `[ -e ${root}/${name}.ok ] || { echo no ${name} >&2; exit 3; }; cat >>${root}/${name}; echo >>${root}/${name}`;
  return `[integrations.${name}]\nenabled = true\ncommand = ["sh", "-c", ${JSON.stringify(script)}]\n`;
}

function allow(app: Instance, name: string): void {
  fs.writeFileSync(join(dirname(app.home), `${name}.ok`), "");
}

/** The answers that an integration got, in their order. */
function answersAt(app: Instance, name: string): string[] {
  const file = join(dirname(app.home), name);
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line).answer);
}

/** Asks by hand and answers. */
async function answer(app: Instance, id: number, text: string): Promise<void> {
  assert.equal((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  const { code, stderr } = await app.run(["answer", `${id}`, text]);
  assert.equal(code, 0, stderr);
}

const sync = (app: Instance) => app.run(["jobs", "run", "sync", "--wait"]);

async function delivery(app: Instance) {
  const { status, body } = await app.get("/health");
  return { status, ...JSON.parse(body).checks.delivery };
}

Deno.test("S1 Configuration: integrations: as the document has them, without commands, they are doubted, and nothing fails", async () => {
  await using app = devtrack(RARELY + OF_DOCUMENT);
  const check = await app.run(["config", "check"]);
  assert.equal(check.code, 0);
  const doubts = check.stderr.trimEnd().split("\n");
  assert.equal(doubts.length, 2, check.stderr);
  for (const [index, name] of ["azure_devops", "github"].entries()) {
    const doubt = `config\\.toml:\\d+:\\d+: integrations\\.${name}\\.enabled is true, but there is no command`;
    assert.match(doubts[index] ?? "", new RegExp(`${doubt}.*devtrack config set integrations\\.${name}\\.command`));
  }
  const tried = await app.run(["test-config"]);
  assert.equal(tried.code, 0);
  assert.match(tried.stdout, /^integration: +azure_devops has no command.*devtrack config set/m);
  assert.doesNotMatch(tried.stdout, /jira/);
  await app.start();
  await answer(app, 1, "the parser");
  const run = await sync(app);
  assert.equal(run.code, 0, run.stderr);
  assert.equal((await delivery(app)).ok, true);
});

Deno.test("S1 Configuration: integrations: one that fails keeps no answer from the others, is named, and gets each once when it is back", async () => {
  await using app = devtrack();
  app.write(RARELY + keeping(app, "azure_devops") + keeping(app, "github"));
  allow(app, "github");
  await app.start();
  await answer(app, 1, "the parser");
  await answer(app, 2, "the printer");
  await until("both at the sound one", () => answersAt(app, "github").length === 2);
  const failed = await sync(app);
  assert.notEqual(failed.code, 0);
  const said = failed.stdout + failed.stderr;
  assert.match(said, /cannot hand answers on to "azure_devops": sh ended with 3: no azure_devops/);
  assert.doesNotMatch(said, /github/);
  const ill = await until("the check that says so", async () => {
    const found = await delivery(app);
    return found.ok ? undefined : found;
  });
  assert.deepEqual([ill.status, ill.critical], [200, false]);
  assert.match(ill.error, /azure_devops/);
  allow(app, "azure_devops");
  assert.equal((await sync(app)).code, 0);
  await until("the check is well", async () => (await delivery(app)).ok);
  for (const name of ["azure_devops", "github"]) assert.deepEqual(answersAt(app, name), ["the parser", "the printer"]);
});

Deno.test("S1 Configuration: auto_sync: with it an answer goes out by itself, given by hand or by the prompt's command", async () => {
  await using app = devtrack();
  app.write(RARELY + keeping(app, "github"));
  allow(app, "github");
  await app.start();
  await answer(app, 1, "by hand");
  await until("the answer outside", () => answersAt(app, "github").length === 1);
  app.write(`[settings]\nprompt_interval = 600\nprompt_command = ["echo", "by command"]\n${keeping(app, "github")}`);
  assert.equal((await app.run(["reload"])).code, 0);
  assert.equal((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  await until("the other one", () => answersAt(app, "github").length === 2);
  assert.deepEqual(answersAt(app, "github"), ["by hand", "by command"]);
});

Deno.test("S1 Configuration: auto_sync: with it false no answer goes out but by hand", async () => {
  await using app = devtrack();
  app.write(`[settings]\nprompt_interval = 600\nauto_sync = false\n${keeping(app, "github")}`);
  allow(app, "github");
  await app.start();
  await answer(app, 1, "the parser");
  const { jobs } = await app.status();
  const { enabled, triggers, next_at } = jobs.find(({ name }: { name: string }) => name === "sync");
  assert.deepEqual([enabled, triggers, next_at], [false, 0, null]);
  assert.deepEqual(answersAt(app, "github"), []);
  assert.equal((await sync(app)).code, 0);
  assert.deepEqual(answersAt(app, "github"), ["the parser"]);
});
