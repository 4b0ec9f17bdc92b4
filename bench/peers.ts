import fs from "node:fs";
import { type Lab, runCommand } from "./lab.ts";
import { type Manager, openPm2, openSupervisord } from "./managers.ts";
import type { Peer } from "./rows.ts";

/** A manager of programs that this machine has, or the reason why it has not. */
export type Candidate =
  | { readonly name: string; readonly open: () => Manager }
  | { readonly name: string; readonly skipped: string };

type Installed = Extract<Candidate, { open: unknown }>;

async function supervisord(lab: Lab): Promise<Candidate> {
  if (!fs.existsSync("/usr/bin/supervisord")) {
    return { name: "supervisord", skipped: "supervisord is not installed (apt-get install supervisor)" };
  }
  const version = (await runCommand("/usr/bin/supervisord", ["--version"])).trim();
  return { name: `supervisord ${version}`, open: () => openSupervisord(lab) };
}

async function pm2(lab: Lab): Promise<Candidate> {
  try {
    const command = await lab.pm2();
    const { version } = JSON.parse(
      fs.readFileSync(new URL("../package.json", `file://${fs.realpathSync(command)}`), "utf8"),
    );
    return { name: `pm2 ${version}`, open: () => openPm2(lab, command) };
  } catch (error) {
    return { name: "pm2", skipped: `pm2 cannot be installed (${String(error).split("\n")[0]})` };
  }
}

/** Whom appd is compared with. */
export function candidates(lab: Lab): Promise<Candidate[]> {
  return Promise.all([supervisord(lab), pm2(lab)]);
}

export function isInstalled(candidate: Candidate): candidate is Installed {
  return "open" in candidate;
}

/** What a row says of each candidate: `compare` is asked for those that are installed. */
export function peersOf(
  all: readonly Candidate[],
  compare: (name: string) => { readonly ratio: number; readonly detail: string },
): Peer[] {
  return all.map((one) => isInstalled(one) ? { name: one.name, ...compare(one.name) } : one);
}
