import { type Completable, type CompletionModel, namesCommand, type Place, spellings } from "./completion_model.ts";
import { completionBody, shellQuote } from "./completions_posix.ts";

/** Completion script for bash 3.2 and later; needs no bash-completion package. */
export function bashCompletions(model: CompletionModel): string {
  const fn = `_${model.name.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
  const offerWords = (words: readonly string[]) => `${fn}_words ${words.map(shellQuote).join(" ")}`;
  const offer = (what: Completable) => {
    const names = namesCommand(model, what.kind);
    if (names !== undefined) return `${fn}_words $(${names})`;
    if (what.choices.length > 0) return offerWords(what.choices);
    if (what.kind === "file") return `${fn}_paths -f`;
    return what.kind === "directory" ? `${fn}_paths -d` : ":";
  };
  const named = (place: Place, dashed: boolean) =>
    place.words.map(({ name }) => name).filter((name) => name.startsWith("-") === dashed);
  const body = completionBody(model, {
    loop: "i = 1; i < COMP_CWORD",
    word: "${COMP_WORDS[i]}",
    current: "$cur",
    previous: "$prev",
    afterDashes: `${fn}_paths -c`,
    offer,
    options: (place) => offerWords([...named(place, true), ...place.options.flatMap(spellings)]),
    words: (place) => offerWords(named(place, false)),
    nothing: ":",
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
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" at='' word i n=0 last=''
  COMPREPLY=()
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
${body}
}
complete -F ${fn} ${model.name}`;
}
