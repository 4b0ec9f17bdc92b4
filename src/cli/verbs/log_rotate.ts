import { rotateLogs } from "../../app/control.ts";
import { contextOf } from "../context_of.ts";
import type { VerbInput } from "../verb.ts";

/** Rotates every log of the daemon and returns when the archives are complete. */
export async function logRotate(input: VerbInput): Promise<number> {
  const { output, program } = input;
  await rotateLogs(contextOf(input));
  if (output.json) output.printJson({ rotated: true });
  else output.tell(`${program.name}: rotated all logs`);
  return 0;
}
