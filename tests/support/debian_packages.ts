import fs from "node:fs";
import { join } from "node:path";

/** Files of Debian packages, unpacked into a directory of their own: nothing is installed. */
export interface Unpacked extends Disposable {
  readonly root: string;
}

/**
 * Fetches and unpacks packages; a string says why that is not possible here, and a test is to be skipped with it.
 *
 * @param names exact, dependencies included
 */
export async function unpack(names: readonly string[]): Promise<Unpacked | string> {
  if (!fs.existsSync("/usr/bin/apt-get") || !fs.existsSync("/usr/bin/dpkg")) return "no Debian";
  const directory = fs.mkdtempSync("/tmp/appd-packages-");
  const root = join(directory, "root");
  const done: Unpacked = { root, [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true }) };
  const fetched = await run(["/usr/bin/apt-get", "download", ...names], directory);
  if (!fetched) {
    done[Symbol.dispose]();
    return `${names[0]} cannot be downloaded`;
  }
  fs.mkdirSync(root);
  for (const file of fs.readdirSync(directory).filter((name) => name.endsWith(".deb"))) {
    if (await run(["/usr/bin/dpkg", "-x", file, root], directory)) continue;
    done[Symbol.dispose]();
    return `${file} cannot be unpacked`;
  }
  return done;
}

const LIMIT_MS = 60_000;

async function run([program = "", ...args]: readonly string[], cwd: string): Promise<boolean> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const command = new Deno.Command(program, { args: [...args], cwd, signal, stdout: "null", stderr: "null" });
  return (await command.output()).success;
}
