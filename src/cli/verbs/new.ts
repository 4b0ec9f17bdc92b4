import { dirname, join, relative, resolve } from "node:path";
import { cannot, errnoOf, systemError } from "../../base/errors.ts";
import { APP_NAME } from "../../base/product.ts";
import { starterFiles } from "../../starter/starter.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";
import { findCommand, topCommands } from "../command.ts";
import { APPD } from "../command_table.ts";
import { textOf } from "../invocation.ts";
import type { VerbInput } from "../verb.ts";

const ELSEWHERE = "choose another directory: appd new NAME --output DIR";
const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;

/** Writes the first files of a new app into a directory of its own. */
export function newApp({ invocation, output, system }: VerbInput): number {
  const { files, host } = system;
  const [name = ""] = invocation.arguments;
  refuseUnfit(name);
  const directory = resolve(host.cwd(), textOf(invocation, "output") ?? name);
  const kit = kitAt(files, { directory, given: textOf(invocation, "kit"), cwd: host.cwd() });
  makeEmpty(files, directory);
  const made = starterFiles({ name, kit: importPath(directory, kit), settings: settingsOf(files, kit) });
  const written = made.map((file) => write(files, join(directory, file.name), file.text));
  if (output.json) output.printJson({ name, directory, kit, written });
  else output.tell(`appd: wrote ${written.length} files to "${directory}"; next: cd "${directory}" && deno task test`);
  return 0;
}

/** @throws AppdError (usage) */
function refuseUnfit(name: string): void {
  const cause = unfit(name);
  if (cause === undefined) return;
  throw cannot(["make an app called", name], cause, { exit: "usage", hint: "for example: appd new hello" });
}

function unfit(name: string): string | undefined {
  if (!APP_NAME.test(name)) {
    return "a name has small letters, digits and -, begins with a letter, and has 32 characters at the most";
  }
  if (name === APPD.name) return `that is the kit's own program, and ~/.${name} its home`;
  return findCommand(topCommands(APPD).filter(({ houseOnly }) => !houseOnly), name) &&
    `every app has a command of this name: ${name} ${name}`;
}

/** The kit's sources: where the option says, or the nearest ones above the new app or the present directory. */
function kitAt(
  files: Files,
  { directory, given, cwd }: { directory: string; given: string | undefined; cwd: string },
): string {
  const found = given === undefined ? above(files, directory) ?? above(files, cwd) : resolve(cwd, given);
  if (found !== undefined && isKit(files, found)) return found;
  throw cannot(
    ["find the kit for", directory],
    given === undefined ? "no directory above it has it" : `"${found}" is not it`,
    {
      exit: "generic",
      hint: "name the directory of appd's sources: appd new NAME --kit DIR",
    },
  );
}

function above(files: Files, directory: string): string | undefined {
  if (isKit(files, directory)) return directory;
  const next = dirname(directory);
  return next === directory ? undefined : above(files, next);
}

function isKit(files: Files, directory: string): boolean {
  return ["src/mod.ts", "scripts/compile.sh", "deno.json"].every((name) => {
    try {
      return files.stat(join(directory, name)) !== undefined;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return false; // A part of the way is a file, or closed to us.
    }
  });
}

/** What the kit's deno.json says of packages and types: without it an editor would know neither. */
function settingsOf(files: Files, kit: string): Record<string, unknown> {
  const path = join(kit, "deno.json");
  try {
    const { imports, compilerOptions, unstable } = JSON.parse(files.readText(path));
    return { imports, compilerOptions, unstable };
  } catch (error) {
    if (error instanceof SyntaxError) throw cannot(["read", path], "is no JSON", { exit: "generic", cause: error });
    throw systemError(["read", path], error);
  }
}

/** As an import has it: with `./` where it does not lead up. */
function importPath(from: string, to: string): string {
  const path = relative(from, to);
  return path.startsWith("..") ? path : `./${path}`;
}

/** @throws AppdError (cannotCreate) when something is there already */
function makeEmpty(files: Files, directory: string): void {
  try {
    files.makeDirectory(directory, DIRECTORY_MODE);
    if (files.list(directory).length === 0) return;
  } catch (error) {
    throw systemError(["make", directory], error, ELSEWHERE);
  }
  throw cannot(["make", directory], "something is in it already", { exit: "cannotCreate", hint: ELSEWHERE });
}

function write(files: Files, path: string, text: string): string {
  try {
    writeFileAtomic(files, path, text, FILE_MODE);
    return path;
  } catch (error) {
    throw systemError(["write", path], error);
  }
}
