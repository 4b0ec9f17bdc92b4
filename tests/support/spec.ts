/**
 * A black-box test is a folder of `tests/specs` with a `test.json`. It runs the compiled binary in a home of its own with a
 * free port of its own, step by step; see {@link Step} for what a step can be.
 *
 * In every text `[HOME]`, `[PORT]`, `[PORT2]`, `[VERSION]` and what a `remember` step named are filled in. Expected texts
 * may hold `[WILDCARD]` and `[WILDLINE]`, and may be given as an array of lines.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";

export type Text = string | readonly string[];

/** What a step does and what must come of it. Exactly one of the marked keys is there. */
export interface Step {
  /** * Arguments of the binary. */
  readonly run?: readonly string[];
  /** Exit code of `run`, default 0. */
  readonly exit?: number;
  readonly stdout?: Text;
  /** Default: empty when the exit code is 0, else unchecked. */
  readonly stderr?: Text;
  /** Keys that the output of `run`, or the body of `get`, must have. */
  readonly json?: unknown;
  /** Variables beside those of the instance. */
  readonly env?: Readonly<Record<string, string>>;

  /** * Path of an HTTP request. */
  readonly get?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly port?: string;
  /** Status of `get`, default 200. */
  readonly status?: number;
  readonly body?: Text;

  /** * Files to write, by their path in the home. */
  readonly write?: Readonly<Record<string, Text>>;
  /** * Files to remove. */
  readonly remove?: readonly string[];
  /** * Symbolic links to make: path in the home to target. */
  readonly link?: Readonly<Record<string, string>>;
  /** * A signal for the daemon. */
  readonly signal?: Deno.Signal;
  /** * A port to listen on until the end of the test. */
  readonly hold?: string;
  /** * Permission bits that files of the home have now. */
  readonly mode?: Readonly<Record<string, string>>;
  /** * Files that are there. */
  readonly present?: readonly string[];
  /** * Files that are not there. */
  readonly missing?: readonly string[];
  /** * Text of files of the home. */
  readonly file?: Readonly<Record<string, Text>>;
  /** * Keeps the daemon's PID under a name. */
  readonly remember?: string;
  /** * The daemon that was remembered is gone. */
  readonly dead?: string;

  /** Repeats the step until it holds, for 15 seconds at most. */
  readonly until?: true;
}

export interface Spec {
  readonly name: string;
  readonly about: string;
  /** Text of config.toml before the first step; false for none. The port is added when it has no [server]. */
  readonly config?: Text | false;
  readonly steps: readonly Step[];
}

const STEP_KEYS = new Set([
  ...["run", "exit", "stdout", "stderr", "json", "env", "get", "method", "headers", "port", "status", "body", "write"],
  ...["remove", "link", "signal", "hold", "mode", "present", "missing", "file", "remember", "dead", "until"],
]);
const SPEC_KEYS = new Set(["about", "config", "steps"]);

export function textOf(text: Text): string {
  return typeof text === "string" ? text : text.join("\n") + "\n";
}

function checkKeys(where: string, value: object, known: ReadonlySet<string>): void {
  for (const key of Object.keys(value)) assert.ok(known.has(key), `${where}: unknown key "${key}"`);
}

/** All specs of a directory, in the order of their names. @throws AssertionError for an unknown key */
export function loadSpecs(directory: string): Spec[] {
  return fs.readdirSync(directory).sort().map((name) => {
    const spec = JSON.parse(fs.readFileSync(join(directory, name, "test.json"), "utf8")) as Omit<Spec, "name">;
    checkKeys(name, spec, SPEC_KEYS);
    spec.steps.forEach((step, index) => checkKeys(`${name}, step ${index + 1}`, step, STEP_KEYS));
    return { ...spec, name };
  });
}
