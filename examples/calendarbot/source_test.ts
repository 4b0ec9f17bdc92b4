import assert from "node:assert/strict";
import { parseSource, sourceMark, sourceName } from "./source.ts";

Deno.test("a path is relative to the home directory, an address is one of the web", () => {
  assert.deepEqual(parseSource("a.ics", "/home/x"), { kind: "file", path: "/home/x/a.ics" });
  assert.deepEqual(parseSource("/srv/a.ics", "/home/x"), { kind: "file", path: "/srv/a.ics" });
  assert.deepEqual(parseSource("http://h/a b.ics", "/"), { kind: "url", url: "http://h/a%20b.ics" });
  assert.deepEqual(parseSource("webcal://h/a.ics", "/"), { kind: "url", url: "https://h/a.ics" });
});

Deno.test("what is neither is refused", () => {
  for (
    const [text, trouble] of [["ftp://h/a.ics", /begins with ftp/], ["https://", /no address/], [
      "~/a.ics",
      /not expanded/,
    ]] as const
  ) {
    const source = parseSource(text, "/");
    assert.match("trouble" in source ? source.trouble : "taken", trouble);
  }
});

Deno.test("of an address, only the host is told", async () => {
  const source = { kind: "url", url: "https://user:pass@calendar.example:8443/private-4711/basic.ics" } as const;
  assert.equal(sourceName(source), "calendar.example:8443");
  assert.match(await sourceMark(source), /^[0-9a-f]{32}$/);
  assert.notEqual(await sourceMark(source), await sourceMark({ kind: "url", url: "https://calendar.example/" }));
});
