import assert from "node:assert/strict";
import { systemFiles as files } from "../system/files.ts";
import { recalled, Rest } from "./rest.ts";

const RECORD = { spec: "1", as: "stopped", reason: "a test", at: 1000, restarts: 0, exit: null } as const;

Deno.test("what is forgotten is gone, also when another one had written it down", () => {
  const directory = Deno.makeTempDirSync();
  const shared = { files, bootId: "boot" };
  new Rest(shared, directory).remember(RECORD);
  assert.equal(recalled(shared, { directory, mark: "1" })?.as, "stopped");
  new Rest(shared, directory).forget();
  assert.equal(recalled(shared, { directory, mark: "1" }), undefined);
  Deno.removeSync(directory, { recursive: true });
});
