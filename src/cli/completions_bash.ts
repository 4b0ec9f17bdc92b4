import { type Completable, completableOf, type CompletionModel, shellQuote, spellings } from "./completion_model.ts";

/** Completion script for bash 3.2 and later; needs no bash-completion package. */
export function bashCompletions(model: CompletionModel): string {
  const fn = `_${model.name.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
  const offer = (what: Completable) => {
    if (what.choices.length > 0) return `${fn}_words ${what.choices.map(shellQuote).join(" ")}`;
    if (what.kind === "file") return `${fn}_paths -f`;
    if (what.kind === "directory") return `${fn}_paths -d`;
    if (what.kind === "program") return `${fn}_words $(${model.name} programs --quiet 2>/dev/null)`;
    return ":";
  };
  const steps = model.steps.map(({ from, word, to }) =>
    `      ${shellQuote(`${from}/${word}`)}) at=${shellQuote(to)} ;;`
  );
  const values = model.valued.map((option) =>
    `    ${spellings(option).join("|")}) ${offer(completableOf(option))}; return ;;`
  );
  const places = model.places.map((place) => {
    const dashed = place.words.filter(({ name }) => name.startsWith("-")).map(({ name }) => name);
    const options = [...dashed, ...place.options.flatMap(spellings)].map(shellQuote).join(" ");
    const words = place.words.filter(({ name }) => !name.startsWith("-")).map(({ name }) => name);
    const plain = words.length > 0 ? { kind: "text" as const, choices: words } : place.argument;
    return [
      `    ${shellQuote(place.at)})`,
      `      if [[ $cur == -* ]]; then ${fn}_words ${options}; else ${plain ? offer(plain) : ":"}; fi ;;`,
    ].join("\n");
  });
  return `# bash completion for ${model.name}, made from its table of commands
${fn}_words() {
  COMPREPLY=($(compgen -W "$*" -- "$cur"))
}
${fn}_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
${fn}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" at='' word i
  COMPREPLY=()
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ $word == -- ]]; then ${fn}_paths -c; return; fi
    case "$word" in
      ${model.valued.flatMap(spellings).join("|")}) ((i++)); continue ;;
    esac
    case "$at/$word" in
${steps.join("\n")}
    esac
  done
  case "$prev" in
${values.join("\n")}
  esac
  case "$at" in
${places.join("\n")}
  esac
}
complete -F ${fn} ${model.name}`;
}
