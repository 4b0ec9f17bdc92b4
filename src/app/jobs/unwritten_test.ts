import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { SILENT } from "../../base/logger.ts";
import type { Statement } from "../../jobs/ledger_sql.ts";
import { systemFiles } from "../../system/files.ts";
import { keepUnwritten, writeKept } from "./unwritten.ts";

const STATEMENTS: readonly Statement[] = [
  { sql: "INSERT", params: ["text", 1.5, null, new Uint8Array([0, 27, 255])] },
  { sql: "UPDATE", params: [] },
];

Deno.test("what a database did not take is written by the next daemon, once", async () => {
  const directory = fs.mkdtempSync("/tmp/appd-unwritten-");
  const place = { files: systemFiles, directory, log: SILENT };
  const written: (readonly Statement[])[] = [];
  const books = {
    write(statements: readonly Statement[]) {
      written.push(statements);
      return Promise.resolve([]);
    },
    read: () => Promise.resolve([]),
  };
  await writeKept(place, books);
  keepUnwritten(place, []);
  await writeKept(place, books);
  assert.deepEqual(written, []);
  keepUnwritten(place, STATEMENTS);
  await assert.rejects(writeKept(place, { ...books, write: () => Promise.reject(new Error("locked")) }), /locked/);
  await writeKept(place, books);
  await writeKept(place, books);
  assert.deepEqual(written, [STATEMENTS]);
  assert.ok(!fs.existsSync(join(directory, ".unwritten.json")));
  fs.rmSync(directory, { recursive: true });
});
