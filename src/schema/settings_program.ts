import { listSection, type OutOf } from "./section.ts";
import { setting, type ValuesOf } from "./setting.ts";
import { argvOf, commandSettings, plainName, stopArgvOf } from "./settings_command.ts";
import { checkOnFailed, LIFE } from "./settings_life.ts";
import { outputLog } from "./settings_output.ts";
import { checkReadyInTime } from "./settings_probe.ts";
import { processSettings, workingDirectory } from "./settings_process.ts";

const FIELDS = {
  name: setting(plainName(), {
    required: true,
    help: "name of the program, unlike that of any other program or job",
    reload: "applied",
    example: "web",
  }),
  ...commandSettings("program"),
  ...processSettings("program"),
  ...LIFE,
  log: outputLog("program"),
} as const;

type Values = ValuesOf<typeof FIELDS>;

/** Programs that the daemon runs. In the result commands are argv, also where a shell runs them. */
export const PROGRAM_SECTION = listSection("program", {
  help: "a program that the daemon runs",
  unique: "name",
  fields: FIELDS,
  finish(values, reading): Finished {
    checkReadyInTime(values, reading);
    checkOnFailed(values, reading);
    const { stopCommand, ...rest } = values;
    const [command, cwd] = [argvOf(values, reading), workingDirectory(values, reading)];
    if (stopCommand === undefined) return { ...rest, command, cwd };
    return { ...rest, command, cwd, stopCommand: stopArgvOf({ stopCommand, shell: values.shell }, reading) };
  },
});

interface Finished extends Omit<Values, "command" | "stopCommand" | "cwd"> {
  readonly cwd: string;
  readonly command: readonly string[];
  readonly stopCommand?: readonly string[];
}

/** A program as the section reads it. */
export type ProgramSettings = OutOf<typeof PROGRAM_SECTION>;
