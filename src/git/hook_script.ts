/** Hooks of a work tree after which something may be new, githooks(5). */
export const WORK_TREE_HOOKS = ["post-commit", "post-merge", "post-checkout", "post-rewrite"] as const;
/** Of a bare repository: after a push. */
export const BARE_HOOKS = ["post-receive"] as const;

/** Whose hooks they are: appd's, or those of an app made with the kit. Those of several can be in one repository. */
export interface HookOwner {
  /** Name of the program. */
  readonly program: string;
  /** Begins the names of its variables. */
  readonly prefix: string;
}

/** Whom a hook tells. */
export interface HookTarget extends HookOwner {
  /** argv that runs this program. */
  readonly self: readonly string[];
  readonly home: string;
  readonly socket: string;
  readonly repository: string;
}

/** What a hook of ours begins with; a file without it is foreign. */
function headOf({ program }: Pick<HookOwner, "program">): string {
  return `#!/bin/sh
# ${program} git hook: asks the daemon to look. Put in by "${program} git hooks install", taken out by "${program} git hooks uninstall".
`;
}

/** The hook that was there before has the same name with this at its end. */
export function beforeOf({ program }: Pick<HookOwner, "program">): string {
  return `.${program}-before`;
}

/** Whether a file is a hook that was there before one of ours, of whichever program; the name that it had then. */
export function nameBefore(file: string): string | undefined {
  return /^(.+)\.[a-z][a-z0-9-]*-before$/.exec(file)?.[1];
}

function beginOf(owner: HookOwner): string {
  const { prefix } = owner;
  return `${headOf(owner)}# A hook that was here before is kept beside it and runs first; its exit code is the hook's.
before="\${0%.*-before}${beforeOf(owner)}"
code=0
if [ -x "$before" ]; then
  "$before" "$@"
  code=$?
fi
# Never waits, says nothing, and does nothing while the daemon is down. Those that come while one waits leave it to that
# one, which looks after them; a mark that a crash has left is worth a minute.
poke() {
  [ -S "$1" ] || return 0
  for last; do :; done
  mark="$1.poke-$last"
  shift
  {
    if ! mkdir "$mark"; then
      find "$mark" -prune -mmin +1 -exec rmdir {} ';'
      mkdir "$mark" || [ ! -d "$mark" ] || exit 0
    fi
    sleep 0.1
    rmdir "$mark"
    ${prefix}_HOME= ${prefix}_NAME= ${prefix}_CONFIG= "$@"
  } </dev/null >/dev/null 2>&1 &
}
`;
}

const END = "exit $code\n";

/** Whether a file is a hook that this program put in. */
export function isOurs(text: string, owner: Pick<HookOwner, "program">): boolean {
  return text.startsWith(headOf(owner));
}

/** The lines of a hook of ours, one for each instance and repository. */
function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("poke '"));
}

/** A hook of ours that tells `target` too. @param text what it is now; undefined: there is none of ours */
export function withTarget(text: string | undefined, target: HookTarget): string {
  return scriptOf(target, [...others(text, target), lineOf(target)].sort());
}

/** The hook without `target`; undefined when nobody is left. */
export function withoutTarget(text: string, target: HookTarget): string | undefined {
  const lines = others(text, target);
  return lines.length === 0 ? undefined : scriptOf(target, lines);
}

/** Where the program stands does not matter: it may have been moved since. */
function others(text: string | undefined, target: HookTarget): readonly string[] {
  return text === undefined ? [] : linesOf(text).filter((line) => !line.endsWith(endOf(target)));
}

function lineOf(target: HookTarget): string {
  return `poke ${[target.socket, ...target.self].map(quoted).join(" ")}${endOf(target)}`;
}

function endOf({ home, repository }: HookTarget): string {
  return ` git poke --home ${quoted(home)} ${quoted(repository)}`;
}

function scriptOf(owner: HookOwner, lines: readonly string[]): string {
  return `${beginOf(owner)}${lines.join("\n")}\n${END}`;
}

/** One word for sh; a name with a line feed cannot stand in a hook. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
