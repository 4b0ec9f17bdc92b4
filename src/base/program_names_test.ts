import assert from "node:assert/strict";
import { programNames, programsNamed } from "./program_names.ts";

const PROGRAMS = [
  { name: "web.1", family: "web" },
  { name: "db" },
  { name: "web.2", family: "web" },
  { name: "api", family: "api" },
  { name: "api.2", family: "api" },
];
const named = (name: string) => programsNamed(PROGRAMS, name).map((program) => program.name);

Deno.test("a name means a program with all its instances, or one instance", () => {
  assert.deepEqual(named("web"), ["web.1", "web.2"]);
  assert.deepEqual(named("web.2"), ["web.2"]);
  assert.deepEqual(named("db"), ["db"]);
  assert.deepEqual(named("api"), ["api", "api.2"], "the first instance of a program that was scaled keeps its name");
  assert.deepEqual(named("we"), []);
});

Deno.test("every name is told once", () => {
  assert.deepEqual(programNames(PROGRAMS), ["web", "web.1", "web.2", "db", "api", "api.2"]);
});
