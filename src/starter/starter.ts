/**
 * The starter room owns the text of a new app's first files: what `appd new` writes. It never writes anything itself.
 */

/** What the files are made for. */
export interface StarterOptions {
  /** Name of the app, fit for `defineApp`. */
  readonly name: string;
  /** Way from the app's directory to the kit's sources, such as `../appd`. */
  readonly kit: string;
  /** What the kit's own deno.json says that editors have to know: packages and options of the compiler. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One file of a new app. */
export interface StarterFile {
  /** Below the app's directory. */
  readonly name: string;
  readonly text: string;
}

/** The files of a new app: the app, its test, its configuration, its tasks and what to do with them. */
export function starterFiles(options: StarterOptions): readonly StarterFile[] {
  const { name } = options;
  return [
    { name: `${name}.ts`, text: appText(options) },
    { name: `${name}_test.ts`, text: testText(options) },
    { name: "config.toml", text: configText(options) },
    { name: "deno.json", text: tasksText(options) },
    { name: "README.md", text: readmeText(options) },
    { name: ".gitignore", text: "dist/\n" },
  ];
}

/** Of its own, so that apps with their defaults do not meet: from 8400 on. */
function portOf(name: string): number {
  return 8400 + [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 500;
}

function appText({ name, kit }: StarterOptions): string {
  return `import { defineApp, run, section, setting, text } from "${kit}/src/mod.ts";

const GREETING = section("greeting", {
  help: "what is said",
  fields: { name: setting(text(), { default: "world", help: "who is greeted" }) },
});

export const app = defineApp({
  name: "${name}",
  version: "0.1.0",
  summary: "greet somebody every minute",
  config: [GREETING],
  defaults: { "server.port": ${portOf(name)} },
  migrations: [{ version: 1, name: "greetings", sql: "CREATE TABLE greeting (at INTEGER NOT NULL, name TEXT NOT NULL)" }],
  jobs: [{
    name: "greet",
    every: "1m",
    async run({ config, log, run, store }) {
      const { name } = config.greeting;
      log.info("hello", { name });
      await store.write([{ sql: "INSERT INTO greeting VALUES (?, ?)", params: [run.slot.getTime(), name] }]);
    },
  }],
  checks: [{
    name: "greeted",
    async check({ store }) {
      await store.read("SELECT count(*) FROM greeting");
    },
  }],
  async routes({ store }) {
    const { Hono } = await import("hono"); // Here, so that only the daemon loads it.
    return new Hono().get("/greetings", async (context) => context.json(await store.read("SELECT * FROM greeting")));
  },
});

if (import.meta.main) await run(app);
`;
}

function testText({ name, kit }: StarterOptions): string {
  return `import assert from "node:assert/strict";
import { startApp, until } from "${kit}/src/testing/mod.ts";
import { app } from "./${name}.ts";

Deno.test("somebody is greeted every minute", async () => {
  await using daemon = await startApp(app, { config: '[greeting]\\nname = "Ada"\\n' });
  await daemon.clock.pass(61_000);
  const [first] = await until("a greeting", async () => {
    const rows = await (await daemon.request("/greetings")).json();
    return rows.length > 0 && rows;
  });
  assert.equal(first.name, "Ada");
  assert.equal(daemon.health().status, "healthy");
});

Deno.test("a key that nobody knows is refused with the nearest one", async () => {
  await assert.rejects(startApp(app, { config: '[greeting]\\nnmae = "Ada"\\n' }), /did you mean "name"|greeting\\.nmae/);
});
`;
}

function configText({ name }: StarterOptions): string {
  return `# Configuration of ${name}: copy it to ~/.${name}/config.toml. Everything is optional.
# All settings: ${name} config init --stdout, or docs/config.md of the kit.

[greeting]
name = "world"

[server]
port = ${portOf(name)}
`;
}

function tasksText({ name, kit, settings }: StarterOptions): string {
  const withKit = (command: string) => ({ command, dependencies: ["kit"] });
  const tasks = {
    compile: withKit(`deno task check && bash ${kit}/scripts/compile.sh --output dist/${name} ${name}.ts`),
    dev: withKit(`bash ${kit}/scripts/deno.sh run -A --config ${kit}/deno.json ${name}.ts run`),
    test: withKit(`bash ${kit}/scripts/deno.sh test -A --config ${kit}/deno.json .`),
    check: withKit(`bash ${kit}/scripts/deno.sh check --config ${kit}/deno.json ${name}.ts ${name}_test.ts`),
    kit: `test -f ${kit}/scripts/deno.sh || (echo 'the kit is not at ${kit}: README.md says what to change' && exit 1)`,
  };
  return `${JSON.stringify({ tasks, ...settings }, null, 2)}\n`;
}

function readmeText({ name, kit }: StarterOptions): string {
  return `# ${name}

An app made with the kit of appd: [${name}.ts](${name}.ts) is all of it.

\`\`\`bash
deno task test            # its tests, in a moment: time is moved by the test
deno task dev             # in the foreground, without compiling it; Ctrl-C ends it
deno task compile         # checks the types, then dist/${name}, one binary
dist/${name} start          # in the background; then: status, logs -f, jobs, stop
curl -s localhost:${portOf(name)}/greetings
dist/${name} --help         # every command
\`\`\`

Without Deno on the PATH: \`bash ${kit}/scripts/deno.sh task test\`.

The way to the kit, \`${kit}\`, stands in these files. When one of the two directories is moved, change it, here to
\`/srv/appd\`:

\`\`\`bash
sed -i 's#${kit}/#/srv/appd/#g' *.ts deno.json README.md
\`\`\`

What an app can have: services, jobs, checks, routes, commands, settings, migrations, modes; the guide is
[docs/kit.md](${kit}/docs/kit.md).
`;
}
