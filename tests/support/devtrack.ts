import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { PLAIN_GIT } from "./git.ts";
import { Instance } from "./instance.ts";

/** An instance of the compiled devtrack. */
export function devtrack(config = ""): Instance {
  return new Instance(config, "devtrack");
}

/** An interval that no test waits for. */
export const RARELY = "[settings]\nprompt_interval = 600\n";

/** Runs a script, which has to succeed, and gives what it printed. */
export async function sh(script: string, env: Record<string, string> = {}): Promise<string> {
  const args = ["-ec", script];
  const command = new Deno.Command("/bin/sh", { args, env: { ...PLAIN_GIT, ...env }, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Makes a repository with one commit beside the home of the instance. @returns its path */
export async function repository(app: Instance, name: string): Promise<string> {
  const path = join(dirname(app.home), name);
  await sh(
    `git init -q -b main '${path}' && cd '${path}' && git config user.email a@b.c && git config user.name A && git commit -q --allow-empty -m first`,
  );
  return path;
}

/** Makes a commit in a repository. */
export async function commit(path: string, subject: string): Promise<void> {
  await sh(`cd '${path}' && git commit -q --allow-empty -m '${subject}'`);
}

/** The table of a repository in the configuration. @param more further lines */
export function repositorySection(name: string, path: string, more = ""): string {
  return `\n[[repository]]\nname = "${name}"\npath = "${path}"\n${more}\n`;
}

/** A question to the developer, as the command line has it. */
export interface Trigger {
  readonly id: number;
  readonly cause: string;
  readonly detail: string | null;
  readonly answer: string | null;
}

export async function triggers(app: Instance): Promise<Trigger[]> {
  return JSON.parse((await app.run(["triggers", "--json"])).stdout);
}

/** The daemon's log so far. */
export function logOf(app: Instance): string {
  return fs.readFileSync(join(app.home, "daemon.log"), "utf8");
}
