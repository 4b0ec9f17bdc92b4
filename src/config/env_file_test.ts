import assert from "node:assert/strict";
import type { AppdError } from "../base/errors.ts";
import { systemFiles } from "../system/files.ts";
import { readEnvFile } from "./env_file.ts";

async function read(text: string): Promise<Record<string, string>> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    return readEnvFile(systemFiles, path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("variables are read as systemd and docker read them", async () => {
  assert.deepEqual(
    await read('# c\n\nA=1\nexport B = two words \r\nC=\'$HOME "x"\'\nD="a\\nb \\"q\\""\nE=\nF=a=b#c\n__proto__=x\n'),
    Object.fromEntries([["A", "1"], ["B", "two words"], ["C", '$HOME "x"'], ["D", 'a\nb "q"'], ["E", ""], [
      "F",
      "a=b#c",
    ], ["__proto__", "x"]]),
  );
});

Deno.test("a bad line is named without its text", async () => {
  await assert.rejects(read("A=1\nplanted-secret\n"), (error: AppdError) => {
    assert.match(error.message, /:2:1": expected KEY=value$/);
    assert.equal(error.exit, "config");
    return true;
  });
});

Deno.test("a missing file, a directory and a FIFO are refused at once", async () => {
  const directory = await Deno.makeTempDir();
  assert.throws(() => readEnvFile(systemFiles, `${directory}/none`), /no such file/);
  assert.throws(() => readEnvFile(systemFiles, directory), /not a regular file/);
  new Deno.Command("mkfifo", { args: [`${directory}/f`] }).outputSync();
  assert.throws(() => readEnvFile(systemFiles, `${directory}/f`), /not a regular file/);
  await Deno.remove(directory, { recursive: true });
});
