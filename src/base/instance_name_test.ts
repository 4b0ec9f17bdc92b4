import assert from "node:assert/strict";
import { familyIn, instanceIn, isInstanceOf } from "./instance_name.ts";

Deno.test("an instance has the name of its program and a number from 1 on", () => {
  assert.deepEqual(instanceIn("web.2"), { family: "web", number: 2 });
  assert.deepEqual(instanceIn("web.1.10"), { family: "web.1", number: 10 });
  for (const name of ["web", "web.", ".2", "web.0", "web.02", "web.-1", "web.2x"]) {
    assert.equal(instanceIn(name), undefined, name);
  }
});

Deno.test("the family of a name is the name itself where no instance has such a one", () => {
  assert.deepEqual(["web.2", "web", "web.0", "web.02"].map(familyIn), ["web", "web", "web.0", "web.02"]);
});

Deno.test("a program is meant by its own name and by that of its section", () => {
  const meant = (program: string | null) => isInstanceOf(program, "web");
  assert.deepEqual(["web", "web.2", "web.0", "webs.2", "web.2.3", null].map(meant), [
    ...[true, true, false, false, false, false],
  ]);
});
