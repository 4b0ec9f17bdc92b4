/** The documents: their links lead somewhere, and the tasks that they name exist. */
import assert from "node:assert/strict";
import { PARTS } from "../scripts/test.ts";
import { starterFiles } from "../src/starter/starter.ts";
import fs from "node:fs";
import { dirname, join } from "node:path";

const ROOT = fs.realpathSync(new URL("..", import.meta.url));

function documents(): string[] {
  const inDocs = fs.readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")).map((name) =>
    `docs/${name}`
  );
  return ["README.md", "CHANGELOG.md", ...inDocs];
}

/** The anchor of a heading, as forges make it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[`*]/g, "").replace(/[^\p{L}\p{N} _-]/gu, "").trim().replaceAll(" ", "-");
}

function anchors(path: string): Set<string> {
  const headings = fs.readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm);
  return new Set([...headings].map((match) => anchorOf(match[1] ?? "")));
}

function brokenLink(document: string, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return false;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(ROOT, document) : join(ROOT, dirname(document), path);
  if (!fs.existsSync(file)) return true;
  return anchor !== undefined && !anchors(file).has(anchor);
}

Deno.test("links between documents lead somewhere", () => {
  const broken: string[] = [];
  for (const document of documents()) {
    const text = fs.readFileSync(join(ROOT, document), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (brokenLink(document, target)) broken.push(`${document}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("every file that the architecture names is there", () => {
  const text = fs.readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const named = [...text.matchAll(/`([a-z_]+\/[a-z_/]+\.ts)`/g)].map(([, path = ""]) => path);
  const gone = named.filter((path) => !fs.existsSync(join(ROOT, path)) && !fs.existsSync(join(ROOT, "src", path)));
  assert.ok(named.length > 20);
  assert.deepEqual(gone, []);
});

Deno.test("every task that a document names exists", () => {
  const ours = JSON.parse(fs.readFileSync(join(ROOT, "deno.json"), "utf8"));
  const ofNewApps = starterFiles({ name: "hello", kit: ".", settings: {} }).find(({ name }) => name === "deno.json");
  const tasks = { ...ours.tasks, ...JSON.parse(ofNewApps?.text ?? "").tasks };
  for (const document of documents()) {
    const text = fs.readFileSync(join(ROOT, document), "utf8");
    for (const [, name = ""] of text.matchAll(/deno(?:@[\d.]+)? task ([a-z]+)/g)) {
      assert.ok(name in tasks, `${document} names task ${name}`);
    }
  }
});

function testsBelow(folder: string): string[] {
  return fs.readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`)
    .filter((path) => path.endsWith("_test.ts"));
}

Deno.test("every test belongs to a part of the suite", () => {
  const paths = PARTS.flatMap(({ paths }) => paths);
  const isCovered = (test: string) => paths.some((path) => test === path || test.startsWith(`${path}/`));
  const tests = ["tests", "src", "scripts", "bench", "examples"].flatMap(testsBelow);
  assert.deepEqual(tests.filter((test) => !isCovered(test)), []);
});

Deno.test("every path of the suite is there", () => {
  const missing = PARTS.flatMap(({ paths, apps = [] }) => [...paths, ...apps])
    .filter((path) => !fs.existsSync(join(ROOT, path)));
  assert.deepEqual(missing, []);
});

Deno.test("every package has its reason in docs/dependencies.md", () => {
  const { imports } = JSON.parse(fs.readFileSync(join(ROOT, "deno.json"), "utf8"));
  const reasons = fs.readFileSync(join(ROOT, "docs/dependencies.md"), "utf8");
  const named = (name: string) => reasons.includes(`[${name}]`) || reasons.includes(`\`${name}\``);
  assert.deepEqual(Object.keys(imports).filter((name) => !named(name)), []);
});

Deno.test("what only examples need stands in a section of its own, and nothing else does", () => {
  const { imports } = JSON.parse(fs.readFileSync(join(ROOT, "deno.json"), "utf8"));
  const [, own = ""] = fs.readFileSync(join(ROOT, "docs/dependencies.md"), "utf8").split("## Only in examples");
  const section = own.split("\n## ")[0] ?? "";
  const importing = (folder: string, name: string) =>
    sourcesBelow(folder).some((text) => new RegExp(`(?:from|import\\() ?"${name}[/"]`).test(text));
  for (const name of Object.keys(imports).filter((name) => !name.startsWith("@types/"))) {
    const isTheirs = importing("examples", name) && !importing("src", name);
    assert.equal(section.includes(`[${name}]`), isTheirs, name);
  }
});

function sourcesBelow(folder: string): string[] {
  return fs.readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts")
  )
    .map((name) => fs.readFileSync(join(ROOT, folder, name), "utf8"));
}
