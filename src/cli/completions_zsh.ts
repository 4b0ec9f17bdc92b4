import { type Completable, completableOf, type CompletionModel, shellQuote, spellings } from "./completion_model.ts";

/** Completion script for zsh: a file `_NAME` in a directory of `$fpath`, or sourced after compinit. */
export function zshCompletions(model: CompletionModel): string {
  const fn = `_${model.name}`;
  const offer = (what: Completable) => {
    if (what.choices.length > 0) return `compadd -- ${what.choices.map(shellQuote).join(" ")}`;
    if (what.kind === "file") return "_files";
    if (what.kind === "directory") return "_files -/";
    if (what.kind === "program") return `compadd -- \${(f)"$(${model.name} programs --quiet 2>/dev/null)"}`;
    return "_message 'a value'";
  };
  const described = (rows: readonly (readonly [name: string, text: string])[]) =>
    rows.map(([name, text]) => shellQuote(`${name.replaceAll(":", "\\:")}:${text}`)).join(" ");
  const steps = model.steps.map(({ from, word, to }) =>
    `      ${shellQuote(`${from}/${word}`)}) at=${shellQuote(to)} ;;`
  );
  const values = model.valued.map((option) =>
    `    ${spellings(option).join("|")}) ${offer(completableOf(option))}; return ;;`
  );
  const places = model.places.map((place) => {
    const dashed = place.words.filter(({ name }) => name.startsWith("-"));
    const options = [
      ...dashed.map(({ name, summary }) => [name, summary] as const),
      ...place.options.flatMap((option) => spellings(option).map((name) => [name, option.help] as const)),
    ];
    const words = place.words.filter(({ name }) => !name.startsWith("-"));
    const plain = words.length > 0
      ? `rows=(${described(words.map(({ name, summary }) => [name, summary]))}); _describe command rows`
      : place.argument
      ? offer(place.argument)
      : "_message 'no more arguments'";
    return [
      `    ${shellQuote(place.at)})`,
      `      if [[ $words[CURRENT] == -* ]]; then`,
      `        rows=(${described(options)})`,
      `        _describe option rows`,
      `      else ${plain}; fi ;;`,
    ].join("\n");
  });
  return `#compdef ${model.name}
# zsh completion for ${model.name}, made from its table of commands
${fn}() {
  local at='' word
  local -i i
  local -a rows
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ $word == -- ]]; then _files; return; fi
    case "$word" in
      ${model.valued.flatMap(spellings).join("|")}) ((i++)); continue ;;
    esac
    case "$at/$word" in
${steps.join("\n")}
    esac
  done
  case "$words[CURRENT-1]" in
${values.join("\n")}
  esac
  case "$at" in
${places.join("\n")}
  esac
}
if [[ $funcstack[1] == ${fn} ]]; then ${fn} "$@"; else compdef ${fn} ${model.name}; fi`;
}
