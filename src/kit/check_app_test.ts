import assert from "node:assert/strict";
import { Hono } from "hono";
import type { ValueSpec } from "../cli/command.ts";
import { APPD_SCHEMA } from "../schema/appd_schema.ts";
import { integer, text } from "../schema/kinds.ts";
import { listSection, section } from "../schema/section.ts";
import { type Fields, group, setting } from "../schema/setting.ts";
import { TAKEN_SECTIONS } from "./check_app.ts";
import { type AppOptions, defineApp } from "./define_app.ts";

const run = () => {};
const check = () => {};
const FIELDS = { name: setting(text(), { default: "x", help: "a name" }) };

/** What is said of an app, as `cause (hint)`; undefined when it can be. */
function flawOf(options: Partial<AppOptions<[]>>): string | undefined {
  const { flaw } = defineApp({ name: "plum", version: "1.0.0", ...options });
  if (flaw === undefined) return undefined;
  assert.equal(flaw.exitCode, 78);
  return `${flaw.message.replace(/^cannot define "[^"]*": /, "")} (${flaw.hint})`;
}

Deno.test("an app needs a name and a version, and may have every part", () => {
  assert.equal(flawOf({}), undefined);
  const more = defineApp({
    name: "a-1",
    version: "1.0.0-rc.1+build.5",
    config: [section("orchard", { help: "plums", fields: FIELDS })],
    services: [{ name: "web", run }, { name: "sync", run }],
    jobs: [{ name: "nightly", run }],
    checks: [{ name: "web", check }],
    migrations: [{ version: 1, name: "first", sql: "" }, { version: 2, name: "second", sql: "" }],
    modes: [{ name: "one", summary: "one", services: ["web"] }],
    commands: [{ name: "pick", summary: "pick", run }, {
      name: "shop",
      summary: "s",
      commands: [{ name: "pick", summary: "p", run }],
    }],
  });
  assert.equal(more.flaw, undefined);
  assert.equal(more.app.product.prefix, "A_1");
  assert.equal(more.app.product.database, "a-1.db");
});

Deno.test("what has no fit name is refused", () => {
  for (const name of ["", "Plum", "1a", "a b", "a".repeat(33), "a/b"]) {
    assert.match(flawOf({ name }) ?? "", /name is unfit/);
  }
  for (const version of ["", "1", "1.0", "v1.0.0", "01.0.0"]) {
    assert.match(flawOf({ version }) ?? "", /no semantic version/);
  }
  assert.match(flawOf({ database: "../x.db" }) ?? "", /no name of a file/);
  assert.match(flawOf({ services: [{ name: "a b", run }] }) ?? "", /the name of the service "a b" is unfit/);
  assert.match(flawOf({ modes: [{ name: "--x", summary: "x" }] }) ?? "", /the name of the mode "--x" is unfit/);
  assert.match(flawOf({ modes: [{ name: "all", summary: "x" }] }) ?? "", /called "all", which means that everything/);
  assert.match(
    flawOf({ commands: [{ name: "Pick", summary: "x", run }] }) ?? "",
    /the name of the command "Pick" is unfit/,
  );
  assert.match(flawOf({ verbsUnder: "--daemon" }) ?? "", /the word "--daemon" for the verbs is unfit/);
});

Deno.test("a body may have 1 MiB, or what the app says in the words of sizes", () => {
  const limitOf = (options: { bodyLimit?: string }) => defineApp({ name: "plum", version: "1.0.0", ...options });
  assert.equal(limitOf({}).app.bodyLimit, 1024 * 1024);
  assert.equal(limitOf({ bodyLimit: "64MiB" }).app.bodyLimit, 64 * 1024 * 1024);
  for (const unfit of ["", "64", "64 megs", "0B", "-1MiB", "99999999GiB"]) {
    assert.equal(flawOf({ bodyLimit: unfit }), `the bodyLimit "${unfit}" is no size of a body (such as "64MiB")`);
  }
});

Deno.test("two things of one name are named", () => {
  const twice = [{ name: "proxy", run }, { name: "proxy", run }];
  assert.equal(flawOf({ services: twice }), 'two services are called "proxy" (give each service a name of its own)');
  assert.match(flawOf({ jobs: twice }) ?? "", /^two jobs are called "proxy"/);
  assert.match(
    flawOf({ services: [{ name: "a", run }], jobs: [{ name: "a", run }] }) ?? "",
    /^a service and a job are called "a"/,
  );
  assert.match(flawOf({ checks: [{ name: "a", check }, { name: "a", check }] }) ?? "", /^two checks are called "a"/);
  const mode = { name: "web", summary: "the page" };
  assert.match(flawOf({ modes: [mode, mode] }) ?? "", /^two modes are called "web"/);
  const pick = { name: "pick", summary: "pick", run };
  assert.match(
    flawOf({ commands: [pick, { ...pick, name: "take", aliases: ["pick"] }] }) ?? "",
    /^two commands are called "pick"/,
  );
  assert.match(
    flawOf({ commands: [{ name: "a", summary: "a", commands: [pick, pick] }] }) ?? "",
    /^two commands are called "pick"/,
  );
  assert.match(
    flawOf({ modes: [mode], commands: [{ ...pick, name: "web" }] }) ?? "",
    /^a command and a mode are called "web"/,
  );
});

Deno.test("a mode that names an unknown service, and a command that does nothing, are refused", () => {
  const services = [{ name: "web", run }];
  assert.equal(
    flawOf({ services, modes: [{ name: "one", summary: "one", services: ["wbe"] }] }),
    'the mode "one" names the service "wbe", which is not there (services: web)',
  );
  assert.match(flawOf({ commands: [{ name: "pick", summary: "pick" }] }) ?? "", /the command "pick" does nothing/);
});

Deno.test("migrations are numbered without gaps", () => {
  const migration = (version: number) => ({ version, name: `m${version}`, sql: "" });
  assert.match(
    flawOf({ migrations: [migration(1), migration(3)] }) ?? "",
    /the migration "m3" has the number 3 \(.*make it 2\)/,
  );
  assert.match(flawOf({ migrations: [migration(0)] }) ?? "", /make it 1/);
});

Deno.test("a section of appd's name, or one that is called like its values, is refused", () => {
  const flaw = (config: AppOptions<[]>["config"]) => flawOf(config === undefined ? {} : { config });
  const of = (name: string) => [section(name, { help: "x", fields: FIELDS })] as unknown as [];
  for (const name of ["server", "log", "", "programs", "timezone"]) {
    assert.match(flaw(of(name)) ?? "", /is one of appd's own/);
  }
  assert.match(flaw([...of("a"), ...of("a")] as unknown as []) ?? "", /^two sections are called "a"/);
  const list = [listSection("plum", { help: "x", fields: FIELDS, unique: "name", as: "jobs" })] as unknown as [];
  assert.match(flaw(list) ?? "", /\[plum\] is one of appd's own/);
});

Deno.test("the names that are taken are those of appd's schema", () => {
  const names = APPD_SCHEMA.sections.flatMap(({ name, as, fields }) =>
    name === "" ? ["", ...Object.keys(fields)] : [name, as]
  );
  assert.deepEqual(new Set(TAKEN_SECTIONS), new Set(names));
});

Deno.test("a default that its own kind refuses is the developer's flaw, in groups and lists too", () => {
  const flaw = (fields: Fields) => flawOf({ config: [section("orchard", { help: "x", fields })] as unknown as [] });
  const trees = setting(integer({ min: 5 }), { default: 1, help: "how many" });
  assert.equal(
    flaw({ trees }),
    "the default of orchard.trees is 1, expected 5 or more (it is a setting of the type whole number, 5 or more)",
  );
  assert.match(flaw({ shop: group("the shop", { trees }) }) ?? "", /^the default of orchard\.shop\.trees is 1/);
  const list = [listSection("plum", { help: "x", fields: { ...FIELDS, trees }, unique: "name" })] as unknown as [];
  assert.match(flawOf({ config: list }) ?? "", /^the default of plum\.trees is 1/);
  const broken = { ...integer(), read: () => assert.fail("no ladder") };
  assert.match(
    flaw({ trees: setting(broken, { default: 1, help: "x" }) }) ?? "",
    /trees makes its kind throw: no ladder/,
  );
  assert.equal(flaw({ trees: setting(integer({ min: 5 }), { default: 5, help: "how many" }) }), undefined);
});

Deno.test("an open path begins with a slash, and is among routes", () => {
  const routes = () => new Hono();
  assert.equal(flawOf({ routes, open: ["/v1/*", { path: "/v2", unless: "token" }] }), undefined);
  assert.equal(flawOf({ routes, open: ["/a", "x"] }), 'the open path "x" does not begin with / (such as "/x")');
  assert.match(flawOf({ routes, open: [{ path: "v2", unless: "token" }] }) ?? "", /the open path "v2" does not/);
  assert.match(flawOf({ open: ["/a"] }) ?? "", /^the path "\/a" is open, and there are no routes \(/);
});

Deno.test("the default of an option is one that could be typed", () => {
  const lines = (value: ValueSpec) =>
    flawOf({ commands: [{ name: "pick", summary: "pick", run, options: [{ name: "lines", value, help: "x" }] }] });
  assert.equal(lines({ name: "COUNT", kind: "count", default: "10" }), undefined);
  assert.equal(
    lines({ name: "COUNT", kind: "count", default: "ten" }),
    'the default of "--lines" of "pick" is refused: cannot use option "--lines": "ten" is no whole number from 0 to 999999999 (write it as it would be typed)',
  );
  assert.match(lines({ name: "SORT", kind: "text", choices: ["a"], default: "b" }) ?? "", /"b" is none of a/);
});
