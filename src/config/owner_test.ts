import assert from "node:assert/strict";
import fs from "node:fs";
import { systemFiles } from "../system/files.ts";
import { initConfig } from "./init.ts";

const OTHER = 12345;

Deno.test({
  name: "a configuration that root writes in the home of another user is that user's",
  ignore: Deno.uid() !== 0,
  fn() {
    const home = fs.mkdtempSync("/tmp/appd-config-");
    try {
      const path = `${home}/config.toml`;
      const owner = () => [fs.statSync(path).uid, fs.statSync(path).mode & 0o777];
      initConfig({ files: systemFiles, path, text: "", force: false });
      assert.deepEqual(owner(), [0, 0o600]);
      fs.chownSync(home, OTHER, OTHER);
      initConfig({ files: systemFiles, path, text: "", force: true });
      assert.deepEqual(owner(), [OTHER, 0o600]);
      fs.rmSync(path);
      initConfig({ files: systemFiles, path, text: "", force: false });
      assert.deepEqual(owner(), [OTHER, 0o600]);
    } finally {
      fs.rmSync(home, { recursive: true });
    }
  },
});
