import type { AppCommand, CommandContext } from "../../src/mod.ts";
import type { FileReport, FilesReport, QueueReport } from "./file_report.ts";
import { FILE_STATES } from "./file_state.ts";
import type { VpoConfig } from "./settings.ts";

type Command = AppCommand<VpoConfig>;
type Context = CommandContext<VpoConfig>;

/** What vpo adds to the command line. */
export const COMMANDS: readonly Command[] = [
  {
    name: "queue",
    summary: "show the files that wait, are in work, or failed",
    description: ["Files that were refused are in the quarantine: `vpo files --state quarantined`."],
    examples: [{ line: "vpo queue --json", says: "the same for scripts" }],
    exits: { notRunning: true },
    run: showQueue,
  },
  {
    name: "files",
    summary: "list the files that the library knows, newest first",
    options: [
      {
        name: "state",
        value: { name: "STATE", kind: "text", choices: FILE_STATES },
        help: "only files in this state",
      },
      { name: "limit", value: { name: "N", kind: "count", default: "50" }, help: "at most so many" },
    ],
    examples: [{ line: "vpo files --state quarantined", says: "what was refused, and why" }],
    exits: { notRunning: true },
    run: listFiles,
  },
  {
    name: "add",
    summary: "copy files into the inbox",
    description: ["Each appears there whole or not at all. No daemon is needed: the next one takes them up."],
    arguments: [{ name: "FILE", help: "a file", kind: "file", required: true, many: true }],
    exits: { io: "a file cannot be read, or the inbox cannot be written" },
    run: addFiles,
  },
  {
    name: "retry",
    summary: "give a file another turn: one that failed, was cancelled or was refused",
    arguments: [{ name: "FILE", help: "its path below the inbox", kind: "text", required: true }],
    examples: [{ line: "vpo retry film.mkv", says: "out of the quarantine, into the queue" }],
    exits: { notRunning: true, generic: "there is no such file, or it is in work or done", io: "it cannot be moved" },
    run: retryOne,
  },
];

async function showQueue({ ask, output }: Context): Promise<void> {
  const queue = await ask<QueueReport>("/api/vpo/queue");
  if (output.json) return output.printJson(queue);
  const shown = [...queue.running, ...queue.waiting, ...queue.failed];
  if (shown.length === 0) return output.print("nothing waits");
  for (const file of shown) output.print(lineOf(file));
}

async function listFiles({ ask, output, options }: Context): Promise<void> {
  const query = new URLSearchParams({ limit: `${options.limit ?? 50}` });
  if (options.state !== undefined) query.set("state", `${options.state}`);
  const report = await ask<FilesReport>(`/api/vpo/files?${query}`);
  if (output.json) return output.printJson(report);
  if (report.files.length === 0) return output.print("no files");
  for (const file of report.files) output.print(lineOf(file));
}

async function addFiles(context: Context): Promise<void> {
  const { addFile } = await import("./add_file.ts");
  const { library: { inbox } } = await context.config();
  const added = [];
  for (const from of context.arguments) {
    const path = await addFile(inbox, from);
    added.push(path);
    if (!context.output.json) context.output.tell(`added ${path}`);
  }
  if (context.output.json) context.output.printJson({ added });
}

async function retryOne({ ask, output, arguments: [path] }: Context): Promise<void> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ path }) };
  const report = await ask<{ file: FileReport }>("/api/vpo/retry", init);
  if (output.json) return output.printJson(report);
  output.tell(`${report.file.path} waits for its turn`);
}

function lineOf({ state, path, reason, target, place }: FileReport): string {
  const where = place === null || target === path ? "" : ` -> ${place}/${target}`;
  return `${state.padEnd(11)} ${path}${where}${reason === null ? "" : `: ${reason.split("\n")[0]}`}`;
}
