import assert from "node:assert/strict";
import type { AppdError } from "../../base/errors.ts";
import { expandInstances } from "./instances.ts";

function namesOf(programs: readonly { name: string; instances?: number }[], scale: Record<string, number> = {}) {
  return expandInstances({ programs }, new Map(Object.entries(scale))).map(({ name, family }) =>
    family === undefined ? name : `${name} ${family.name}#${family.number}`
  );
}

Deno.test("a program without instances keeps its name", () => {
  assert.deepEqual(namesOf([{ name: "web" }, { name: "db" }]), ["web", "db"]);
});

Deno.test("instances are numbered, also a single one", () => {
  assert.deepEqual(namesOf([{ name: "web", instances: 2 }, { name: "db", instances: 1 }]), [
    "web.1 web#1",
    "web.2 web#2",
    "db.1 db#1",
  ]);
});

Deno.test("scaling keeps the names that there are", () => {
  assert.deepEqual(namesOf([{ name: "web" }], { web: 3 }), ["web web#1", "web.2 web#2", "web.3 web#3"]);
  assert.deepEqual(namesOf([{ name: "web" }], { web: 1 }), ["web web#1"]);
  assert.deepEqual(namesOf([{ name: "web", instances: 3 }], { web: 2 }), ["web.1 web#1", "web.2 web#2"]);
  assert.deepEqual(namesOf([{ name: "web", instances: 1 }], { web: 2, gone: 9 }), ["web.1 web#1", "web.2 web#2"]);
});

Deno.test("scaling never takes the name of another program", () => {
  const programs = [{ name: "web" }, { name: "web.3" }];
  assert.deepEqual(namesOf(programs, { web: 2 }), ["web web#1", "web.2 web#2", "web.3"]);
  assert.throws(() => namesOf(programs, { web: 3 }), (error: AppdError) => {
    assert.equal(error.message, 'cannot scale "web": another program is called "web.3"');
    assert.match(error.hint ?? "", /^at most 2 /);
    return error.exit === "usage";
  });
});
