import { errnoOf, messageOf } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";
import type { BoundedResult, RunBounded } from "../system/bounded_command.ts";

/** Why a repository cannot be looked at; the message is for people. */
export class GitError extends Error {
  override readonly name = "GitError";
}

/** There is nothing at its path, or nothing that git knows. */
export class MissingError extends GitError {}

/** One question to git. */
export interface GitQuestion {
  readonly args: readonly string[];
  readonly input?: string;
  /** Exit codes that are answers. Default: 0. */
  readonly codes?: readonly number[];
  /** Bytes of the answer; more is an error, or with `cut` the rest is left away. */
  readonly maxBytes?: number;
  readonly cut?: boolean;
}

export interface GitAnswer {
  readonly code: number;
  readonly bytes: Uint8Array;
  /** Not everything is there. */
  readonly cut: boolean;
}

/** Asks about one repository. @throws GitError */
export type Git = (question: GitQuestion) => Promise<GitAnswer>;

export interface GitDeps {
  readonly run: RunBounded;
  /** Where git is looked for. */
  readonly path: string;
  /** The `.git` of a work tree, or the bare repository itself; absolute. */
  readonly gitDir: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * What a repository's own configuration could make git execute, turned off. Command line settings go over the file's;
 * those of one protocol are only beaten by GIT_ALLOW_PROTOCOL. git-config(1), git(1).
 */
const SETTINGS: readonly string[] = [
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.hooksPath=/dev/null",
  "core.sshCommand=false",
  "core.gitProxy=false",
  "core.askPass=false",
  "core.editor=false",
  "core.pager=cat",
  "core.attributesFile=/dev/null",
  "core.alternateRefsCommand=false",
  "core.useReplaceRefs=false",
  "credential.helper=",
  "diff.external=",
  "diff.orderFile=",
  "gpg.program=false",
  "log.showSignature=false",
  "protocol.allow=never",
  "protocol.ext.allow=never",
  "uploadpack.packObjectsHook=",
  "maintenance.auto=false",
  "gc.auto=0",
  "trace2.normalTarget=0",
  "trace2.perfTarget=0",
  "trace2.eventTarget=0",
];

/** The whole environment: nothing of ours steers git, and no file outside the repository. */
function environment({ path, gitDir }: GitDeps): Readonly<Record<string, string>> {
  return {
    PATH: path,
    HOME: "/nonexistent",
    XDG_CONFIG_HOME: "/nonexistent",
    LC_ALL: "C",
    // Named, not searched for: a broken repository must not turn into the one around it. The owner is not asked about then
    // (safe.directory), which is why only questions are put that execute nothing.
    GIT_DIR: gitDir,
    GIT_WORK_TREE: "/",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_ASKPASS: "false",
    GIT_SSH_COMMAND: "false",
    GIT_PAGER: "cat",
    GIT_EDITOR: "false",
    GIT_FLUSH: "0",
  };
}

/** The git of this machine, asked so that nothing in the repository is executed. */
export function safeGit(deps: GitDeps): Git {
  const options = [
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    ...SETTINGS.flatMap((one) => ["-c", one]),
  ];
  return async (question) => {
    const command = ["git", ...options, ...question.args];
    const { input, maxBytes = MAX_BYTES } = question;
    const { limitMs, signal } = deps;
    const more = { limitMs, signal, maxBytes, ...(input === undefined ? {} : { input }) };
    const result = await executed(() => deps.run({ command, env: environment(deps), cwd: "/", ...more }));
    return answerOf(question, result, limitMs);
  };
}

/** What {@link userGit} needs. */
export interface UserGitDeps {
  readonly run: RunBounded;
  /** The user's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly gitDir: string;
  readonly cwd: string;
}

const USER_LIMIT_MS = 10_000;

/** The user's own git, with the user's configuration, about one repository. For questions that execute nothing. */
export function userGit({ run, env, gitDir, cwd }: UserGitDeps): Git {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
  return async (question) => {
    const command = ["git", "--no-pager", "--no-optional-locks", ...question.args];
    const limits = { limitMs: USER_LIMIT_MS, maxBytes: question.maxBytes ?? MAX_BYTES };
    const result = await executed(() =>
      run({ command, env: { ...own, LC_ALL: "C", GIT_DIR: gitDir }, cwd, ...limits })
    );
    return answerOf(question, result, USER_LIMIT_MS);
  };
}

async function executed(run: () => Promise<BoundedResult>): Promise<BoundedResult> {
  try {
    return await run();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === "ENOENT") throw new GitError("there is no git on the PATH", { cause: error });
    throw new GitError(`cannot execute git: ${messageOf(error)}`, { cause: error });
  }
}

function answerOf(question: GitQuestion, result: BoundedResult, limitMs: number): GitAnswer {
  const { code, stdout, stderr, cut } = result;
  const what = `git ${question.args[0]}`;
  if (cut === "time") throw new GitError(`${what} took more than ${limitMs / 1000} s and was killed`);
  if (cut === "abort") throw new GitError(`${what} was ended`);
  if (cut === "size") {
    if (question.cut) return { code: 0, bytes: stdout, cut: true };
    throw new GitError(`${what} answered more than ${question.maxBytes ?? MAX_BYTES} bytes`);
  }
  if (code !== null && (question.codes ?? [0]).includes(code)) return { code, bytes: stdout, cut: false };
  throw new GitError(`${what}: ${complaintOf(stderr, code)}`);
}

/** The first line of what git says, one line and short: it may quote the repository. */
function complaintOf(stderr: string, code: number | null): string {
  const lines = stderr.split("\n").filter((line) => line !== "");
  const fatal = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines[0];
  if (fatal === undefined) return code === null ? "it was killed" : `exit code ${code}`;
  return escapeControls(fatal.replace(/^(fatal|error): /, "")).slice(0, 300);
}

/** The bytes as text, without the last line feed. */
export function textOf({ bytes }: Pick<GitAnswer, "bytes">): string {
  return new TextDecoder().decode(bytes).replace(/\n$/, "");
}
