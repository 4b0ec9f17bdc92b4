import { dirname, resolve } from "node:path";
import { serviceDefinition } from "../../app/service_definition.ts";
import { cannot, errnoOf, systemError } from "../../base/errors.ts";
import { KINDS, type ServiceFile } from "../../service/definition.ts";
import { render } from "../../service/render.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";
import { givenContext } from "../context_of.ts";
import { givenMode } from "../given_mode.ts";
import { isOn, textOf } from "../invocation.ts";
import { serviceWish } from "../service_wish.ts";
import type { VerbInput } from "../verb.ts";

/** Prints the files of one format, or writes them below `--output`. */
export async function generate(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const kind = KINDS.find((name) => name === invocation.arguments[0]);
  if (kind === undefined) throw new Error("the table lets a kind through that has no renderer");
  const context = { ...givenContext(input), mode: givenMode(invocation) };
  const files = render(kind, await serviceDefinition(context, serviceWish(input, kind)));
  const written = writeAll(input, files);
  if (output.json) output.printJson({ kind, files, written });
  else if (written.length === 0) output.print(printed(files));
  else for (const path of written) output.tell(`${program.name}: wrote "${path}"`);
  return 0;
}

/** One file as it is; of several each with a line that says where it belongs. */
function printed(files: readonly ServiceFile[]): string {
  if (files.length === 1) return files.map(({ text }) => text).join("").trimEnd();
  return files.map(({ path, mode, text }) => `#### ${path} (mode ${mode.toString(8)})\n${text}`).join("\n").trimEnd();
}

/** All of them, or none where one would take the place of something else. */
function writeAll({ invocation, system: { files, host } }: VerbInput, made: readonly ServiceFile[]): string[] {
  const directory = textOf(invocation, "output");
  if (directory === undefined) return [];
  const wanted = made.map((file) => ({ ...file, path: resolve(host.cwd(), directory, file.name) }));
  if (!isOn(invocation, "force")) refuseOthers(files, wanted);
  for (const { path, mode, text } of wanted) {
    try {
      files.makeDirectory(dirname(path), 0o755);
      writeFileAtomic(files, path, text, mode);
      files.chmod(path, mode); // Whatever the umask: a script that cannot be executed is none.
    } catch (error) {
      throw systemError(["write", path], error);
    }
  }
  return wanted.map(({ path }) => path);
}

/**
 * What somebody edited stays. So does what an older version wrote: these files carry no mark, so that nobody can tell.
 *
 * @throws AppdError (cannotCreate) naming the first that holds something else
 */
function refuseOthers(files: Files, wanted: readonly Pick<ServiceFile, "path" | "text">[]): void {
  const others = wanted.filter(({ path, text }) => !isFree(files, path) && !holds(files, path, text));
  const [first] = others;
  if (first === undefined) return;
  const more = others.length === 1 ? "" : `, and so are ${others.length - 1} of the others`;
  throw cannot(["write", first.path], `it is there already, with another text${more}`, {
    exit: "cannotCreate",
    hint: "nothing was written; replace it: --force, or print it: without --output",
  });
}

function isFree(files: Files, path: string): boolean {
  try {
    return files.stat(path) === undefined;
  } catch (error) {
    throw systemError(["write", path], error);
  }
}

function holds(files: Files, path: string, text: string): boolean {
  try {
    return files.stat(path)?.kind === "file" && files.readText(path) === text;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false; // What cannot be read is not known to be ours.
  }
}
