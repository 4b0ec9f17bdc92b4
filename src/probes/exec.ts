import type { Look, RunCommand } from "./probe.ts";

/** Good when the command ends with code 0. Of its words only the first is ever shown: the others may be secrets. */
export function execLook(command: readonly string[], run: RunCommand): Look {
  return {
    subject: `exec ${command[0] ?? ""}`,
    async look(signal) {
      const exit = await run(command, signal);
      if ("signal" in exit) return { ok: false, seen: `killed by ${exit.signal}` };
      return { ok: exit.code === 0, seen: `exit code ${exit.code}` };
    },
  };
}
