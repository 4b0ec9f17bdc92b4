import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { runIn } from "../fake_instance.ts";

const BINARY = ["--binary", "/usr/local/bin/appd"];

/** An empty home, with a directory for what is generated, removed at the end. */
function place() {
  const home = fs.mkdtempSync("/tmp/appd-generate-");
  return { home, output: join(home, "made"), [Symbol.dispose]: () => fs.rmSync(home, { recursive: true }) };
}

Deno.test("generate --output writes what is missing or the same, and never over what somebody edited", async () => {
  using here = place();
  const generate = (...args: string[]) =>
    runIn(here.home, ["generate", "runit", ...BINARY, "--output", here.output, ...args]);
  assert.equal((await generate()).code, 0);
  assert.equal((await generate()).code, 0, "the same again");
  const names = fs.readdirSync(here.output, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(join(here.output, name)).isFile()).sort();
  const [first = "", second = ""] = names.map((name) => join(here.output, name));
  const made = fs.readFileSync(second, "utf8");
  const edited = `${made}# mine\n`;
  fs.writeFileSync(second, edited);
  fs.rmSync(first);
  const refused = await generate();
  assert.equal(refused.code, 73);
  assert.equal(
    refused.stderr,
    `appd: cannot write "${second}": it is there already, with another text\n` +
      "hint: nothing was written; replace it: --force, or print it: without --output\n",
  );
  assert.equal(fs.readFileSync(second, "utf8"), edited);
  assert.equal(fs.existsSync(first), false, "all of them, or none");
  assert.equal((await generate("--force")).code, 0);
  assert.equal(fs.readFileSync(second, "utf8"), made);
  assert.equal(fs.existsSync(first), true);
});

Deno.test("generate --output replaces no link, whatever it leads to, and says where it cannot write", async () => {
  using here = place();
  const generate = () => runIn(here.home, ["generate", "logrotate", ...BINARY, "--output", here.output]);
  assert.equal((await generate()).code, 0);
  const [name = ""] = fs.readdirSync(here.output);
  const path = join(here.output, name);
  fs.renameSync(path, `${path}.real`);
  fs.symlinkSync(`${path}.real`, path);
  assert.equal((await generate()).code, 73);
  assert.ok(fs.lstatSync(path).isSymbolicLink());
  fs.rmSync(here.output, { recursive: true });
  fs.writeFileSync(here.output, "");
  const { code, stderr } = await generate();
  assert.equal(code, 73, stderr);
  assert.match(
    stderr,
    /cannot write ".*made\/.*": a part of the path is not a directory|something else is there already/,
  );
});
