import fs from "node:fs";
import { join } from "node:path";
import { type Logger, SILENT } from "../base/logger.ts";
import { runBounded } from "../system/bounded_command.ts";
import { FakeClock } from "../system/fake_clock.ts";
import { systemFiles } from "../system/files.ts";
import { Repositories } from "./repositories.ts";
import type { RepositoryDeps } from "./repository.ts";
import type { GitEvent, KnownRefs, RepositorySpec } from "./repository_spec.ts";

/** For tests: a directory with repositories that the real git makes, watched as the daemon does. */
export interface Scene extends AsyncDisposable {
  readonly root: string;
  readonly clock: FakeClock;
  /** What was told, oldest first; tests empty it. */
  readonly events: GitEvent[];
  readonly memory: Map<string, KnownRefs>;
  readonly warnings: string[];
  /** Commands of git that the room ran, without their options. */
  readonly asked: string[];
  repositories: Repositories;
  /** Looks at `repo`, and gives what was told since the last call as `kind branch subject`. */
  news(): Promise<string[]>;
  /** Ends the daemon's part and begins it again with what it remembered. */
  restart(spec?: Partial<RepositorySpec>): Promise<void>;
  /** Lines for sh, in the directory `repo`; the time of the commits goes on by a second at each call. */
  sh(script: string): string;
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** @param script makes `repo`, in the scene's directory */
export async function scene(
  script: string,
  spec: Partial<RepositorySpec> = {},
  deps: (scene: Scene) => Partial<RepositoryDeps> = () => ({}),
): Promise<Scene> {
  const root = fs.realpathSync(fs.mkdtempSync("/tmp/appd-git-"));
  const clock = new FakeClock(Date.now() + 3_600_000);
  const events: GitEvent[] = [];
  const memory = new Map<string, KnownRefs>();
  const warnings: string[] = [];
  const asked: string[] = [];
  const log: Logger = {
    ...SILENT,
    warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  let seconds = 1_700_000_000;
  const self: Scene = {
    root,
    clock,
    events,
    memory,
    warnings,
    asked,
    repositories: undefined as never,
    async news() {
      await self.repositories.poke("repo");
      return events.splice(0).map(({ kind, branch, from, subject }) =>
        kind === "switch" ? `switch ${from} > ${branch}` : `${kind} ${branch} ${subject}`
      );
    },
    async restart(more = {}) {
      await self.repositories?.[Symbol.asyncDispose]();
      self.repositories = new Repositories({ ...base, ...deps(self) });
      self.repositories.apply([specOf(root, { ...spec, ...more })]);
    },
    sh: (text) => {
      const cwd = fs.existsSync(join(root, "repo")) ? join(root, "repo") : root;
      return shell(text, { cwd, root, date: `@${seconds++} +0000` });
    },
    async [Symbol.asyncDispose]() {
      await self.repositories[Symbol.asyncDispose]();
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
  const base: RepositoryDeps = {
    clock,
    files: systemFiles,
    run(command) {
      asked.push(command.command.find((word, at) => at > 3 && /^[a-z-]+$/.test(word) && !/^-/.test(word)) ?? "");
      return runBounded(command);
    },
    path: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    watch: () => undefined,
    memory: {
      load: (name) => Promise.resolve(structuredClone(memory.get(name))),
      save: (name, known) => Promise.resolve(void memory.set(name, structuredClone(known))),
    },
    onEvent: (event) => Promise.resolve(void events.push(event)),
    log,
  };
  self.sh(script);
  await self.restart();
  await self.repositories.poke("repo");
  return self;
}

/** What the configuration says by default. */
export function specOf(root: string, more: Partial<RepositorySpec> = {}): RepositorySpec {
  return {
    name: "repo",
    path: join(root, "repo"),
    enabled: true,
    events: ["commit", "merge", "amend", "fetch"],
    pollInterval: 10_000,
    maxCommits: 1000,
    ...more,
  };
}

/** A commit without changes, with `$1` as its message; and one that writes a file. */
const WORDS = `
commit() { git commit -q --allow-empty -m "$1"; }
put() { mkdir -p "$(dirname "$1")"; echo "$2" >> "$1"; git add "$1"; git commit -q -m "\${3:-$1}"; }
`;

/** For tests: runs lines of sh with the words above. */
export function shell(text: string, { cwd, root, date }: { cwd: string; root: string; date: string }): string {
  const env = {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: root,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ann",
    GIT_AUTHOR_EMAIL: "ann@example.org",
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "ann@example.org",
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
    GIT_EDITOR: "true",
    ROOT: root,
  };
  const args = ["-euc", `${WORDS}\n${text}`];
  const { success, stdout, stderr } = new Deno.Command("/bin/sh", { args, cwd, clearEnv: true, env }).outputSync();
  if (!success) throw new Error(`the script failed:\n${text}\n${decode(stdout)}${decode(stderr)}`);
  return decode(stdout).trim();
}
