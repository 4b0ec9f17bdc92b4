import { basename, join, resolve } from "node:path";
import type { LoadResult } from "../config/config.ts";
import { problemText } from "../config/config_error.ts";
import { problemsOf } from "../config/problems.ts";
import { readEnvFile } from "../config/env_file.ts";
import { AppdError, errnoOf } from "../base/errors.ts";
import { type Flaw, startReading } from "../schema/kind.ts";
import type { Files } from "../system/files.ts";
import type { Surroundings } from "./process_warnings.ts";
import type { ProcessSettings } from "./process_spec.ts";
import { commandsOf } from "./programs/program_warnings.ts";
import { doubtAbout } from "./trust.ts";

/** What reads its first word that is no option as a program, and the option by which it is given a text instead. */
const INTERPRETERS: readonly (readonly [name: RegExp, text: RegExp])[] = [
  [/^(a|ba|da|k|z)?sh$/, /^-[a-z]*c$/],
  [/^(python|perl|ruby|node|php|lua)[\d.]*$/, /^-[a-zA-Z]*[cerE]$/],
];

/**
 * Commands and scripts that run as root and that somebody else can write: whoever does is root when they run next. Each
 * with its place; nothing unless we are root.
 */
export async function exposedCommands(loaded: LoadResult, around: Surroundings): Promise<string[]> {
  if (around.host.uid !== 0) return [];
  const flaws: Flaw[] = [];
  const reading = startReading({ base: loaded.home, sink: (flaw) => void flaws.push(flaw) });
  const { programs, jobs, notifications } = loaded.config;
  const told = { cwd: loaded.home, env: {} };
  const all = [
    ...programs.map((one, index) => ({ at: ["program", index], process: one, commands: commandsOf(one) })),
    ...jobs.map((one, index) => ({ at: ["job", index], process: one, commands: [ofJob(one.command)] })),
    ...notifications.map(({ command = [] }, index) => ({
      ...{ at: ["notify", index], process: told, commands: [ofJob(command)] },
    })),
  ];
  for (const { at, process, commands } of all) {
    if (!runsAsRoot(process)) continue;
    const here = at.reduce((from, step) => from.at(step), reading);
    for (const { path, command } of commands) {
      for (const { word, file } of executed(command, process, around)) {
        const doubt = doubtAbout(around.files, file, { uid: 0 });
        if (doubt === undefined) continue;
        const what = `"${file}" runs as root, and ${doubt.what}`;
        here.warn(what, { path: [...path, word], hint: doubt.hint });
      }
    }
  }
  const problems = await problemsOf(flaws.map((flaw) => ({ flaw, from: "file" })), loaded.file);
  return problems.map(problemText);
}

function ofJob(command: readonly string[]) {
  return { path: ["command"], command };
}

type Process = Pick<ProcessSettings, "cwd" | "env"> & Partial<Pick<ProcessSettings, "user" | "envFile">>;

function runsAsRoot({ user }: Process): boolean {
  return user === undefined || user === "root" || user === "0";
}

/** The file that is executed, and the script that it is to interpret; each with the number of its word. */
function executed(command: readonly string[], process: Process, { files, host }: Surroundings) {
  const [first = "", ...rest] = command;
  const search = { ...host.env, ...fromFile(files, process.envFile), ...process.env }.PATH ?? "";
  const program = first.includes("/") ? resolve(process.cwd, first) : onPath(files, first, search);
  if (program === undefined) return [];
  const text = INTERPRETERS.find(([name]) => name.test(basename(first)))?.[1];
  const script = text === undefined ? -1 : rest.findIndex((word) => !word.startsWith("-"));
  const takesText = rest.slice(0, Math.max(script, 0)).some((word) => text?.test(word));
  const own = { word: 0, file: program };
  return script < 0 || takesText ? [own] : [own, { word: script + 1, file: resolve(process.cwd, rest[script] ?? "") }];
}

/** A file of variables that cannot be read is said elsewhere. */
function fromFile(files: Files, path: string | undefined): Record<string, string> {
  try {
    return path === undefined ? {} : readEnvFile(files, path);
  } catch (error) {
    if (!(error instanceof AppdError)) throw error;
    return {};
  }
}

function onPath(files: Files, name: string, search: string): string | undefined {
  return search.split(":").filter((directory) => directory !== "").map((directory) => join(directory, name))
    .find((path) => isFile(files, path));
}

function isFile(files: Files, path: string): boolean {
  try {
    return files.stat(files.realPath(path))?.kind === "file";
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
