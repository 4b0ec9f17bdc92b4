import assert from "node:assert/strict";
import { fakeDefinition, HOSTILE } from "./fake_definition.ts";
import { changedLines, compare, type Memory, readOwned, withMark } from "./ownership.ts";
import { render } from "./render.ts";

const MEMORY: Memory = { home: "/var/lib/appd", options: {} };
const marked = (body: string, memory = MEMORY) => withMark(body, { program: "appd", memory });

Deno.test("the mark: every format keeps its first line, and all comes back as it was said", () => {
  const memory: Memory = {
    home: HOSTILE + " -- ---> <!-- \n é",
    options: { profile: "root", keepPrograms: true, binary: "/opt/a--b", config: "/etc/x.toml", runAs: "u:g" },
    linger: true,
    directories: ["/home/u/.config", "/home/u/.config/systemd"],
  };
  for (const kind of ["systemd", "systemd-user", "launchd", "openrc"] as const) {
    const body = render(kind, fakeDefinition(kind === "systemd-user" ? { profile: "plain" } : {}))[0]?.text ?? "";
    const text = marked(body, memory);
    assert.deepEqual(readOwned(text), { memory, body, edited: false }, kind);
    assert.equal(text.split("\n").length, body.split("\n").length + 1);
    const head = /^(#!|<\?xml)/.test(body) ? body.split("\n")[0] : undefined;
    if (head !== undefined) assert.equal(text.split("\n")[0], head);
  }
});

Deno.test("the mark of a property list is one comment of XML", () => {
  const text = marked(render("launchd", fakeDefinition())[0]?.text ?? "", { home: "/a--b--", options: {} });
  const comment = /<!--([\s\S]*?)-->/.exec(text)?.[1] ?? "";
  assert.doesNotMatch(comment, /--/);
  assert.equal(readOwned(text)?.memory.home, "/a--b--");
});

Deno.test("what somebody changed is seen, and what is not ours is nobody's", () => {
  const text = marked("[Service]\nWatchdogSec=30\n");
  assert.equal(readOwned(text.replace("=30", "=60"))?.edited, true);
  for (
    const other of [
      "",
      "[Service]\n",
      "# Made by appd install\n[Service]\n",
      text.replace(/\{.*\}/, "{broken}"),
      text.replace(/\{.*\}/, "{}"),
      text.replace(/\{.*\}/, "[1]"),
      `\n${text}`,
    ]
  ) assert.equal(readOwned(other), undefined, other);
});

Deno.test("what is found in the place of a file", () => {
  const [text, older] = [marked("a\nb\n"), marked("a\n")];
  const wanted = { text, home: "/var/lib/appd" };
  const table: [string | undefined, string][] = [
    [undefined, "nothing"],
    ["", "foreign"],
    ["a\nb\n", "foreign"],
    [text, "same"],
    [older, "outdated"],
    [older + "more\n", "edited"],
    [marked("a\nb\n", { ...MEMORY, home: "/srv/x" }), "elsewhere"],
    [marked("a\n", { ...MEMORY, home: "/var/lib/appd/" }), "outdated"],
  ];
  for (const [present, found] of table) assert.equal(compare(present, wanted), found, present);
});

Deno.test("changed lines: only these, in their order", () => {
  assert.deepEqual(changedLines("a\nb\nc\n", "a\nB\nc\nd\n"), ["-b", "+B", "+d"]);
  assert.deepEqual(changedLines("a\n", "a\n"), []);
  assert.deepEqual(changedLines("a\nb\na\n", "b\na\n"), ["-a"]);
  assert.deepEqual(changedLines("", "x\n"), ["+x"]);
});
