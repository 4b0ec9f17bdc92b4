import { constants } from "node:fs";
import fs from "node:fs/promises";
import { type Check } from "../../src/mod.ts";
import type { VpoConfig } from "./settings.ts";

/** Whether the library can do its work: its database takes changes, and its folders are there and can be written. */
export const LIBRARY_CHECK: Check<VpoConfig> = {
  name: "library",
  critical: true,
  async check({ store, config: { library } }) {
    // It changes nothing, and it has to get the lock that a change would need.
    await store.write([{ sql: "UPDATE files SET state = state WHERE id < 0" }]);
    for (const folder of [library.inbox, library.outbox, library.quarantine]) await mayWrite(folder);
  },
};

async function mayWrite(folder: string): Promise<void> {
  await fs.access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  if (!(await fs.stat(folder)).isDirectory()) throw new Error(`${folder} is no directory`);
}
