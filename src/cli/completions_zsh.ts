import { type Completable, type CompletionModel, namesCommand, spellings } from "./completion_model.ts";
import { completionBody, shellQuote } from "./completions_posix.ts";

/** Completion script for zsh: a file `_NAME` in a directory of `$fpath`, or sourced after compinit. */
export function zshCompletions(model: CompletionModel): string {
  const fn = `_${model.name}`;
  const offer = (what: Completable) => {
    const names = namesCommand(model, what.kind);
    if (names !== undefined) return `compadd -- \${(f)"$(${names})"}`;
    if (what.choices.length > 0) return `compadd -- ${what.choices.map(shellQuote).join(" ")}`;
    if (what.kind === "file") return "_files";
    return what.kind === "directory" ? "_files -/" : "_message 'a value'";
  };
  const describe = (tag: string, rows: readonly (readonly [name: string, text: string])[]) => {
    const quoted = rows.map(([name, text]) => shellQuote(`${name.replaceAll(":", "\\:")}:${text}`));
    return `rows=(${quoted.join(" ")}); _describe ${tag} rows`;
  };
  const body = completionBody(model, {
    loop: "i = 2; i < CURRENT",
    word: "$words[i]",
    current: "$words[CURRENT]",
    previous: "$words[CURRENT-1]",
    afterDashes: "_files",
    offer,
    options: (place) =>
      describe("option", [
        ...place.words.filter(({ name }) => name.startsWith("-")).map(({ name, summary }) => [name, summary] as const),
        ...place.options.flatMap((option) => spellings(option).map((name) => [name, option.help] as const)),
      ]),
    words: (place) =>
      describe(
        "command",
        place.words.filter(({ name }) => !name.startsWith("-")).map(({ name, summary }) => [name, summary]),
      ),
    nothing: "_message 'no more arguments'",
  });
  return `#compdef ${model.name}
# zsh completion for ${model.name}, made from its table of commands
${fn}() {
  local at='' word last=''
  local -i i n=0
  local -a rows
${body}
}
if [[ $funcstack[1] == ${fn} ]]; then ${fn} "$@"; else compdef ${fn} ${model.name}; fi`;
}
