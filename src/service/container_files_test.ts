/** The Containerfile by the rules of its format that it has to keep to, and its first process by a real sh. */
import assert from "node:assert/strict";
import { containerFiles } from "./container_files.ts";
import { fakeDefinition, HOSTILE } from "./fake_definition.ts";

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Comments and empty lines left out, lines that end in a backslash joined. */
function instructions(text: string): Instruction[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return lines.join("\n").replaceAll(/\\\n\s*/g, "").split("\n").map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) (.+)$/.exec(line) ?? assert.fail(`no instruction: ${line}`);
    return { name, rest };
  });
}

function textOf(name: string, definition = fakeDefinition()): string {
  return containerFiles(definition).find((file) => file.name === name)?.text ?? assert.fail(`no ${name}`);
}

/** The words of an exec form, behind options such as `--chmod=0755`. */
function words(rest: string): string[] {
  return JSON.parse(rest.slice(rest.indexOf("["))) as string[];
}

Deno.test("the Containerfile has the instructions of an image that keeps to itself, in the exec form", () => {
  const all = instructions(textOf("Containerfile", fakeDefinition({ home: "/var/lib/appd/home" })));
  const of = (name: string) => all.filter((one) => one.name === name).map(({ rest }) => rest);
  const names = ["FROM", "RUN", "COPY", "COPY", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL"];
  assert.deepEqual(all.map(({ name }) => name), [...names, "ENTRYPOINT", "CMD"]);
  assert.match(of("FROM")[0] ?? "", /^[a-z]+:[\w-]+$/, "an image without the host of a registry");
  assert.deepEqual(of("USER"), ["10001:10001"]);
  assert.deepEqual(words(of("VOLUME")[0] ?? ""), ["/var/lib/appd"]);
  assert.deepEqual(words(of("HEALTHCHECK")[0] ?? ""), ["appd", "health"]);
  const started = [...words(of("ENTRYPOINT")[0] ?? ""), ...words(of("CMD")[0] ?? "")];
  assert.deepEqual(started, ["/usr/local/bin/appd-init", "/usr/local/bin/appd", "run"]);
  const copied = of("COPY").map((rest) => words(rest)[1]);
  assert.deepEqual(copied, ["/usr/local/bin/appd", "/usr/local/bin/appd-init", "/etc/appd/config.toml"]);
  for (const name of ["init.sh", "config.toml"]) assert.ok(textOf(name).length > 0, "what is copied is made as well");
});

Deno.test("a hostile home stays one word wherever a $ begins a variable", () => {
  const home = `${HOSTILE}/home`;
  const all = instructions(textOf("Containerfile", fakeDefinition({ home, configFile: `${HOSTILE}/c.toml` })));
  const volume = words(all.find(({ name }) => name === "VOLUME")?.rest ?? "")[0] ?? "";
  assert.doesNotMatch(volume, /(^|[^\\])[$"']/, "every $ and quote is escaped");
  assert.equal(volume.replaceAll(/\\(.)/g, "$1"), HOSTILE);
  const run = all.find(({ name }) => name === "RUN")?.rest ?? "";
  const sh = `groupadd() { :; }; useradd() { :; }; install() { printf '%s\\0' "$@"; }; ${run}`;
  const { stdout } = new Deno.Command("/bin/sh", { args: ["-c", sh] }).outputSync();
  assert.deepEqual(new TextDecoder().decode(stdout).split("\0").slice(-3, -1), [HOSTILE, home]);
});

/** What a real sh makes of init.sh. */
function init(...args: string[]): number {
  return new Deno.Command("/bin/sh", { args: ["-c", textOf("init.sh"), "init.sh", ...args], stderr: "null" })
    .outputSync()
    .code;
}

Deno.test("init.sh ends as its command does", () => {
  assert.equal(init("/bin/sh", "-c", "exit 78"), 78);
  assert.equal(init("/bin/true"), 0);
  assert.equal(init("/bin/sh", "-c", "kill -9 $$"), 137);
  assert.equal(init("/nowhere/at all"), 127);
  assert.equal(init(), 2);
});
