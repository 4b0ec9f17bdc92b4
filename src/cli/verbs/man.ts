import { textOf } from "../invocation.ts";
import { manPage } from "../man_page.ts";
import { markdown } from "../markdown.ts";
import type { VerbInput } from "../verb.ts";

/** Prints the manual page as roff, or as the Markdown of `docs/cli.md`. */
export function man({ program, invocation, output }: VerbInput): number {
  output.print(textOf(invocation, "format") === "markdown" ? markdown(program) : manPage(program));
  return 0;
}
