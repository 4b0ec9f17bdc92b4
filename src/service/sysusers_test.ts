import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { fakeDefinition } from "./fake_definition.ts";
import { sysusersFiles } from "./sysusers.ts";

const line = (more: Parameters<typeof fakeDefinition>[0]) =>
  sysusersFiles(fakeDefinition(more))[0]?.text.split("\n")[1];

Deno.test("the full name has no colon, which would end the field and lose the whole line", () => {
  const text = line({ user: "web", description: "web: serves (a:b)", home: "/var/lib/web" });
  assert.equal(text, `u web - "web - serves (a - b)" /var/lib/web`);
});

Deno.test("a home with a colon is refused, for the same reason", () => {
  assert.throws(() => line({ home: "/srv/a:b" }), (error) => error instanceof AppdError && error.exit === "usage");
});
