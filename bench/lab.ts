/** What the measurements run on: dist/appd, the things it is compared with, and a directory for it all. */
import fs from "node:fs";
import { join } from "node:path";
import { BINARY } from "../tests/support/instance.ts";

export interface Lab extends Disposable {
  readonly directory: string;
  readonly appd: string;
  /** Compiled `console.log("hello")`, by the same compiler and flags as appd. */
  readonly hello: string;
  /** Compiled bare `Deno.serve`. Its argument is the port. */
  readonly serve: string;
  /** Compiled loop over `Deno.Command`. Its arguments: how often, then the command, which is left running. */
  readonly spawns: string;
  /** Path of a helper written in C. */
  tool(name: Tool): string;
  /** pm2's command, installed into the directory when first asked for. @throws Error when npm cannot */
  pm2(): Promise<string>;
}

const TOOLS = ["timed", "beat", "crash", "fork_wait", "late", "lines", "until_begun", "until_ended"] as const;
type Tool = typeof TOOLS[number];

const PM2 = "pm2@6.0.14";

/** Runs a command to its end. @returns stdout @throws Error with stderr when it fails */
export async function runCommand(
  command: string,
  args: readonly string[],
  env?: Record<string, string>,
): Promise<string> {
  const options = { args: [...args], stdin: "null" as const, ...(env ? { env, clearEnv: true } : {}) };
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${text(stderr)}${text(stdout)}`);
  return text(stdout);
}

async function compile(directory: string, name: string, source: string): Promise<string> {
  const file = join(directory, `${name}.ts`);
  fs.writeFileSync(file, source);
  const output = join(directory, name);
  const flags = ["compile", "--quiet", "--no-check", "--no-config", "--no-code-cache", "--unstable-net", "-A"];
  await runCommand(Deno.execPath(), [...flags, "--output", output, file]);
  return output;
}

async function installPm2(directory: string): Promise<string> {
  const prefix = join(directory, "pm2");
  const flags = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts"];
  await runCommand("npm", ["install", "--silent", ...flags, "--prefix", prefix, PM2]);
  return join(prefix, "node_modules", ".bin", "pm2");
}

/** Compiles everything that is needed; disposing removes the directory. */
export async function openLab(): Promise<Lab> {
  const directory = fs.mkdtempSync("/tmp/appd-bench-");
  for (const name of TOOLS) {
    const source = new URL(`c/${name}.c`, import.meta.url).pathname;
    await runCommand("cc", ["-O2", "-Wall", "-o", join(directory, name), source]);
  }
  let pm2: Promise<string> | undefined;
  return {
    directory,
    appd: BINARY,
    hello: await compile(directory, "hello", 'console.log("hello");\n'),
    serve: await compile(
      directory,
      "serve",
      'Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.args[0]) }, () => new Response("ok"));\n',
    ),
    spawns: await compile(
      directory,
      "spawns",
      `const [times, command, ...args] = Deno.args;
const options = { args, detached: true, stdin: "null", stdout: "null", stderr: "null" };
for (let i = 0; i < Number(times); i++) new Deno.Command(command, options).spawn().unref();
`,
    ),
    tool: (name) => join(directory, name),
    pm2: () => pm2 ??= installPm2(directory),
    [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}
