import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { commandWords, instanceHome, KINDS, stopSeconds } from "./definition.ts";
import { fakeDefinition, HOSTILE } from "./fake_definition.ts";
import { render } from "./render.ts";

Deno.test("a command names the instance by home, name and configuration, and the verb last", () => {
  assert.deepEqual(commandWords(fakeDefinition(), "run"), ["/usr/local/bin/appd", "--home", "/var/lib/appd", "run"]);
  const web = fakeDefinition({ instance: "web", configFile: "/etc/appd/web.toml" });
  const options = ["--home", "/var/lib/appd", "--name", "web", "--config", "/etc/appd/web.toml"];
  assert.deepEqual(commandWords(web, "reload"), ["/usr/local/bin/appd", ...options, "reload"]);
  const lean = fakeDefinition({ mode: "lean" });
  assert.deepEqual(commandWords(lean, "run").slice(3), ["run", "--mode", "lean"]);
  assert.deepEqual(commandWords(lean, "reload").slice(3), ["reload"]);
  assert.equal(instanceHome(web), "/var/lib/appd/web");
  assert.equal(instanceHome(fakeDefinition()), "/var/lib/appd");
});

Deno.test("a service manager waits for the daemon's own deadline and 15 seconds", () => {
  assert.equal(stopSeconds({ stopTimeoutMs: 30_000 }), 45);
  assert.equal(stopSeconds({ stopTimeoutMs: 1500 }), 17);
});

Deno.test("every format refuses what would begin a line of its own, and says which part", () => {
  const bad: readonly [Parameters<typeof fakeDefinition>[0], RegExp][] = [
    [{ home: "/srv/a\nUser=root" }, /cannot describe a service with "\/srv\/a\\nUser=root": the home has a newline/],
    [{ binary: "/bin/x\r" }, /the program has a newline/],
    [{ configFile: "/etc/\0" }, /the configuration file has a newline or another control character/],
    [{ env: { KEY: "a\nb" } }, /the environment has a newline/],
    [{ description: "\ud800" }, /is not valid Unicode/],
    [{ home: "relative" }, /the home is not an absolute path/],
    [{ name: "a/b" }, /a name has letters, digits/],
    [{ instance: "-x" }, /a name has letters, digits/],
  ];
  for (const kind of KINDS) {
    for (const [more, message] of bad) {
      assert.throws(() => render(kind, fakeDefinition(more)), (error) => {
        assert.ok(error instanceof AppdError, `${kind}: ${error}`);
        assert.match(error.message, message);
        return error.exit === "usage" && error.hint !== undefined;
      });
    }
  }
});

Deno.test("the same definition gives the same files, each with a place and a name", () => {
  for (const kind of KINDS) {
    const more = kind.endsWith("-user") || kind.endsWith("-agent") ? { profile: "plain" as const } : {};
    const definition = fakeDefinition({
      home: HOSTILE,
      configFile: HOSTILE,
      instance: "web",
      name: "appd-web",
      ...more,
    });
    const files = render(kind, definition);
    assert.deepEqual(files, render(kind, definition));
    assert.ok(files.length > 0, kind);
    assert.equal(new Set(files.map(({ path }) => path)).size, files.length, kind);
    for (const { text, name, mode } of files) {
      assert.ok(text.endsWith("\n") && !text.endsWith("\n\n"), `${kind} ${name} ends in one newline`);
      assert.equal(text.startsWith("#!"), mode === 0o755, `${kind} ${name} is executable if it is a script`);
    }
  }
});
