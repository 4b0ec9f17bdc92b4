/**
 * The service room owns what a service manager has to be told about an instance: one definition, and a renderer for
 * each format. It only makes text: it never reads, writes or installs a file, and never asks a service manager.
 */
import { posix } from "node:path";
import { cannot } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";

/**
 * How far a service is locked in: a user of its own; root that starts the programs of other users; nothing but jobs; or
 * not at all.
 */
export const PROFILES = ["dedicated", "root", "jobs", "plain"] as const;
export type Profile = typeof PROFILES[number];

/** Whose service manager runs it: the host's, or that of one user. */
export type Scope = "system" | "user";

/** One instance as a service: all that any format says. */
export interface ServiceDefinition {
  /** Name of the service, without a suffix: `appd`, or `appd-INSTANCE`. */
  readonly name: string;
  /** The same without an instance. */
  readonly unit: string;
  /** What launchd calls the service without an instance: `com.appd.daemon`. */
  readonly label: string;
  /** Name of the instance below `home`; absent for the one without a name. */
  readonly instance?: string | undefined;
  /** Name of the program, `appd` or that of an app made with the kit. */
  readonly program: string;
  /** Begins the names of the program's variables: `APPD`. */
  readonly prefix: string;
  /** One line for people. */
  readonly description: string;
  /** Absolute path of the program. */
  readonly binary: string;
  /** Absolute directory that stands after `--home`; an instance's files are below it, see {@link instanceHome}. */
  readonly home: string;
  /** Absolute path, when it is not the file in the home. */
  readonly configFile?: string | undefined;
  /** Name of the mode that it runs; absent: everything runs. */
  readonly mode?: string | undefined;
  readonly scope: Scope;
  /** Home directory of the user whose service it is; only read with the scope `user`. */
  readonly userHome?: string | undefined;
  /** User that it runs as; absent: root, or the user whose service manager it is. */
  readonly user?: string | undefined;
  /** Default: the user's own. */
  readonly group?: string | undefined;
  readonly profile: Profile;
  /** After a crash of the daemon its programs run on, and the next one takes them over. */
  readonly keepPrograms: boolean;
  /** Whether its installation has it start at boot. Default true. */
  readonly atBoot?: boolean;
  /** What the daemon takes at the most to shut down (`daemon.shutdown_timeout`), in milliseconds. */
  readonly stopTimeoutMs: number;
  /** Wait before a restart after a crash, in seconds. */
  readonly restartSec: number;
  readonly env: Readonly<Record<string, string>>;
  /** Port of the HTTP listener, 0 for none; for the probes of containers. */
  readonly port: number;
  /** Logs that an external logrotate moves, absolute patterns. */
  readonly logs: readonly string[];
}

/** Every format. */
export const KINDS = [
  "systemd",
  "systemd-user",
  "systemd-template",
  "sysusers",
  "launchd",
  "launchd-agent",
  "openrc",
  "runit",
  "s6",
  "logrotate",
  "container",
  "kubernetes",
  "compose",
  "winsw",
] as const;
export type Kind = typeof KINDS[number];

/** One file of a service. */
export interface ServiceFile {
  /** Where it belongs on the host, absolute. */
  readonly path: string;
  /** What it is called in a directory of generated files: `appd.service`, `appd/log/run`. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly text: string;
}

/** Grace beyond `daemon.shutdown_timeout` before a service manager kills, in seconds. */
export const STOP_GRACE_SEC = 15;

/** Exit codes after which a restart cannot help: wrong usage, no permission, an invalid configuration. */
export const FINAL_EXITS = [2, 77, 78] as const;

/** Seconds that a service manager gives the daemon to stop. */
export function stopSeconds(definition: Pick<ServiceDefinition, "stopTimeoutMs">): number {
  return Math.ceil(definition.stopTimeoutMs / 1000) + STOP_GRACE_SEC;
}

/** The directory that the instance's files are in. */
export function instanceHome({ home, instance }: Pick<ServiceDefinition, "home" | "instance">): string {
  return instance === undefined ? home : posix.join(home, instance);
}

/** argv of a command of the program for this very instance; `verb` such as `run` stands behind the options. */
export function commandWords(definition: ServiceDefinition, verb: string): string[] {
  const { binary, home, instance, configFile } = definition;
  const option = (name: string, value: string | undefined) => value === undefined ? [] : [`--${name}`, value];
  const options = [...option("home", home), ...option("name", instance), ...option("config", configFile)];
  return [binary, ...options, ...verbWords(definition, verb)];
}

/** A verb with the option that only it takes: `run --mode web`. */
export function verbWords({ mode }: Pick<ServiceDefinition, "mode">, verb: string): string[] {
  return mode === undefined || verb !== "run" ? [verb] : [verb, "--mode", mode];
}

/** Whether `path` is `directory` or inside it. */
export function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`);
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,127}$/;
/** Half of a surrogate pair: no UTF-8 can say it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Refuses what no format can say: a control character (a newline would begin a line of its own), text that is no
 * Unicode, a path that is not absolute.
 *
 * @throws AppdError (usage) naming the part
 */
export function checkDefinition(definition: ServiceDefinition): void {
  const { env, logs, ...rest } = definition;
  const parts = [
    ...Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ...Object.entries(env).flatMap(([key, value]): [string, string][] => [["env", key], ["env", value]]),
    ...logs.map((path): [string, string] => ["logs", path]),
  ];
  for (const [part, text] of parts) checkText(part, text);
  for (
    const text of [definition.name, definition.unit, definition.label, definition.instance ?? "x", definition.program]
  ) {
    if (!NAME.test(text)) throw refused(text, "a name has letters, digits and _ . @ - only");
  }
  for (const part of ["binary", "home", "configFile"] as const) {
    const path = definition[part];
    if (path !== undefined && !isAbsolutePath(path)) {
      throw refused(path, `the ${WORDS[part] ?? part} is not an absolute path`);
    }
  }
}

const WORDS: Readonly<Record<string, string>> = {
  binary: "program",
  configFile: "configuration file",
  env: "environment",
};

function checkText(part: string, text: string): void {
  const what = WORDS[part] ?? part;
  if (CONTROL.test(text)) throw refused(text, `the ${what} has a newline or another control character in it`);
  if (LONE_SURROGATE.test(text)) throw refused(text, `the ${what} is not valid Unicode`);
}

/** Absolute on POSIX, or with a drive letter for a Windows service. */
function isAbsolutePath(path: string): boolean {
  return posix.isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path);
}

function refused(text: string, cause: string) {
  return cannot(["describe a service with", escapeControls(text)], cause, {
    exit: "usage",
    hint: "choose another path: --home DIR, --config FILE",
  });
}
