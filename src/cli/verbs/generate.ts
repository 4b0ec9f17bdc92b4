import { dirname, join, resolve } from "node:path";
import { serviceDefinition } from "../../app/service_definition.ts";
import { systemError } from "../../base/errors.ts";
import { KINDS, type ServiceFile } from "../../service/definition.ts";
import { render } from "../../service/render.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";
import { givenContext } from "../context_of.ts";
import { givenMode } from "../given_mode.ts";
import { textOf } from "../invocation.ts";
import { serviceWish } from "../service_wish.ts";
import type { VerbInput } from "../verb.ts";

/** Prints the files of one format, or writes them below `--output`. */
export async function generate(input: VerbInput): Promise<number> {
  const { invocation, output, program, system } = input;
  const kind = KINDS.find((name) => name === invocation.arguments[0]);
  if (kind === undefined) throw new Error("the table lets a kind through that has no renderer");
  const context = { ...givenContext(input), mode: givenMode(invocation) };
  const files = render(kind, await serviceDefinition(context, serviceWish(input, kind)));
  const directory = textOf(invocation, "output");
  const written = directory === undefined ? [] : writeAll(system.files, resolve(system.host.cwd(), directory), files);
  if (output.json) output.printJson({ kind, files, written });
  else if (directory === undefined) output.print(printed(files));
  else for (const path of written) output.tell(`${program.name}: wrote "${path}"`);
  return 0;
}

/** One file as it is; of several each with a line that says where it belongs. */
function printed(files: readonly ServiceFile[]): string {
  if (files.length === 1) return files.map(({ text }) => text).join("").trimEnd();
  return files.map(({ path, mode, text }) => `#### ${path} (mode ${mode.toString(8)})\n${text}`).join("\n").trimEnd();
}

function writeAll(files: Files, directory: string, made: readonly ServiceFile[]): string[] {
  return made.map(({ name, mode, text }) => {
    const path = join(directory, name);
    try {
      files.makeDirectory(dirname(path), 0o755);
      writeFileAtomic(files, path, text, mode);
      files.chmod(path, mode); // Whatever the umask: a script that cannot be executed is none.
    } catch (error) {
      throw systemError(["write", path], error);
    }
    return path;
  });
}
