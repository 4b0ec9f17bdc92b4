import { pokeRepository } from "../../app/git/poke.ts";
import { cannot } from "../../base/errors.ts";
import { contextOf } from "../context_of.ts";
import type { VerbInput } from "../verb.ts";

/** `git poke NAME` */
export async function poke(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const [name = ""] = invocation.arguments;
  const repository = await pokeRepository(contextOf(input), name);
  if (repository?.error) throw cannot(["look at", name], repository.error, { exit: "generic" });
  if (output.json) output.printJson({ ok: true, repository });
  else output.tell(`${program.name}: looked at ${name}`);
  return 0;
}
