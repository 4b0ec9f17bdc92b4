/**
 * The house's stairs: `base <- system, schema <- feature rooms <- app <- cli <- main.ts`. A file imports its own room or a
 * lower storey; feature rooms never import each other; only src/system touches the host.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = fs.realpathSync(new URL("..", import.meta.url));

/** Storeys by room; a room that is not here is a feature room. */
const STOREYS: Readonly<Record<string, number>> = {
  base: 0,
  system: 1,
  schema: 1,
  app: 3,
  cli: 4,
  kit: 5,
  "mod.ts": 6,
  testing: 7,
  "main.ts": 8,
};
const FEATURE_STOREY = 2;

/** Modules of the runtime that only compute; every other `node:` module belongs to src/system. */
const PURE_MODULES = new Set(["node:path", "node:assert/strict", "node:util", "node:buffer", "node:querystring"]);

/** What is no effect: types, error classes to compare with, and constants of the process. */
const HARMLESS = new Set(["Signal", "Listener", "errors", "build", "pid"]);

/** Who may touch the host outside src/system: what, and why. Keep it short. */
const HOST_EXCEPTIONS: Readonly<Record<string, { readonly uses: readonly string[]; readonly because: string }>> = {
  "src/kit/run.ts": {
    uses: ["args", "exit"],
    because: "hands in the arguments and is the only place that ends the process",
  },
  "src/app/take_home.ts": { uses: ["umask"], because: "set once, before the first file is made" },
  "src/app/command.ts": { uses: ["cwd"], because: "a command after -- runs where it was given" },
  "src/app/daemon.ts": { uses: ["cwd"], because: "the same in the foreground" },
  "src/app/context.ts": { uses: ["cwd"], because: "relative paths of the command line are the caller's" },
  "src/detach/detach.ts": { uses: ["listen"], because: "the socket on which a fresh daemon says READY" },
  "src/detach/readiness.ts": { uses: ["connect"], because: "the other end of it" },
  "src/starter/starter.ts": { uses: ["test"], because: "the text of a new app's test" },
  "src/http/control_client.ts": { uses: ["createHttpClient"], because: "fetch over a unix socket has no other door" },
};

interface Source {
  /** Path from the repository's root. */
  readonly path: string;
  readonly room: string;
  readonly lines: readonly string[];
}

function roomOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "src" ? parts[1] ?? "" : path;
}

function storeyOf(room: string): number {
  return STOREYS[room] ?? FEATURE_STOREY;
}

function sources(): Source[] {
  const inside = fs.readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts")).map((name) => join("src", name));
  return [...inside, "main.ts"].sort().map((path) => ({
    path,
    room: roomOf(path),
    lines: fs.readFileSync(join(ROOT, path), "utf8").split("\n"),
  }));
}

/** Module names on a line of code: static, dynamic, re-exported and type-only imports. */
function importsOf(line: string): string[] {
  if (/^\s*(\*|\/\/|\/\*)/.test(line)) return [];
  return [...line.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function eachImport(visit: (at: { source: Source; place: string; specifier: string }) => void): void {
  for (const source of sources()) {
    source.lines.forEach((line, index) => {
      for (const specifier of importsOf(line)) visit({ source, place: `${source.path}:${index + 1}`, specifier });
    });
  }
}

function isTestByName(path: string): boolean {
  return path.endsWith("_test.ts") || path.includes("/fake_");
}

/** Files that only tests import, or helpers of tests do: they may do what tests may do. */
function testHelpers(): Set<string> {
  const importers = new Map<string, Set<string>>();
  eachImport(({ source, specifier }) => {
    if (!specifier.startsWith(".")) return;
    const target = relative(ROOT, resolve(ROOT, dirname(source.path), specifier));
    importers.set(target, (importers.get(target) ?? new Set()).add(source.path));
  });
  const helpers = new Set<string>();
  for (let before = -1; before < helpers.size;) {
    before = helpers.size;
    for (const [target, from] of importers) {
      if ([...from].every((path) => isTestByName(path) || helpers.has(path))) helpers.add(target);
    }
  }
  return helpers;
}

Deno.test("imports go down the stairs", () => {
  const wrong: string[] = [];
  eachImport(({ source, place, specifier }) => {
    if (!specifier.startsWith(".")) return;
    const target = relative(ROOT, resolve(ROOT, dirname(source.path), specifier));
    const room = roomOf(target);
    if (room === source.room || storeyOf(room) < storeyOf(source.room)) return;
    wrong.push(`${place}: ${source.room} must not import ${target}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("only src/system touches the host", () => {
  const wrong: string[] = [];
  const helpers = testHelpers();
  const isFree = (source: Source) => source.room === "system" || isTestByName(source.path) || helpers.has(source.path);
  eachImport(({ source, place, specifier }) => {
    if (isFree(source)) return;
    if (specifier.startsWith("node:") && !PURE_MODULES.has(specifier)) wrong.push(`${place}: imports ${specifier}`);
  });
  for (const source of sources().filter((source) => !isFree(source))) {
    source.lines.forEach((line, index) => {
      const code = line.replace(/\/\/.*|^\s*\*.*|"[^"]*"|`[^`]*`/g, "");
      for (const [, member = ""] of code.matchAll(/\bDeno\.(\w+)/g)) {
        if (HARMLESS.has(member) || HOST_EXCEPTIONS[source.path]?.uses.includes(member)) continue;
        wrong.push(`${source.path}:${index + 1}: uses Deno.${member}`);
      }
    });
  }
  assert.deepEqual(wrong, []);
});

Deno.test("the program imports no test and no fake", () => {
  const wrong: string[] = [];
  const helpers = testHelpers();
  eachImport(({ source, place, specifier }) => {
    if (isTestByName(source.path) || helpers.has(source.path)) return;
    if (specifier.endsWith("_test.ts") || specifier.includes("/fake_")) wrong.push(`${place}: imports ${specifier}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("apps come in by the kit's doors only", () => {
  const doors = ["src/mod.ts", "src/testing/mod.ts"];
  const wrong: string[] = [];
  const files = fs.readdirSync(join(ROOT, "examples"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts")).map((name) => join("examples", name))
    .filter((path) => !isTestByName(path) && !path.endsWith("/testing.ts"));
  for (const path of files) {
    fs.readFileSync(join(ROOT, path), "utf8").split("\n").forEach((line, index) => {
      for (const specifier of importsOf(line).filter((name) => name.startsWith("."))) {
        const target = relative(ROOT, resolve(ROOT, dirname(path), specifier));
        const isOwn = target.startsWith(path.split("/").slice(0, 2).join("/") + "/");
        const isFixture = path.endsWith("/testing.ts") && target.startsWith("tests/fixtures/");
        if (!isOwn && !isFixture && !doors.includes(target)) wrong.push(`${path}:${index + 1}: imports ${target}`);
      }
    });
  }
  assert.deepEqual(wrong, []);
});
