import { type Completable, completableOf, type CompletionModel, type Place, spellings } from "./completion_model.ts";

/** `text` as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What one of the two shells spells in its own way; each answer is one or more commands. */
export interface ShellDialect {
  /** Looks at `$word`, which is `--`: offers commands, and returns. */
  readonly afterDashes: string;
  /** The word before the one that is being typed. */
  readonly previous: string;
  /** The word that is being typed. */
  readonly current: string;
  /** First and past the last index of the words before it. */
  readonly loop: string;
  readonly word: string;
  offer(what: Completable): string;
  options(place: Place): string;
  words(place: Place): string;
  readonly nothing: string;
}

/**
 * The body that bash and zsh share: walks along the words to the command `$at` that the line has come to, counting in
 * `$n` the arguments behind it, of which `$last` is the last one, and offers what may stand at this place.
 */
export function completionBody(model: CompletionModel, shell: ShellDialect): string {
  const steps = model.steps.map(({ from, word, to }) =>
    `      ${shellQuote(`${from}/${word}`)}) at=${shellQuote(to)} n=0 ;;`
  );
  const values = model.valued.map((option) =>
    `    ${spellings(option).join("|")}) ${shell.offer(completableOf(option))}; return ;;`
  );
  return `  for ((${shell.loop}; i++)); do
    word="${shell.word}"
    if [[ $word == -- ]]; then ${shell.afterDashes}; return; fi
    case "$word" in
      ${model.valued.flatMap(spellings).join("|")}) ((i++)); continue ;;
    esac
    case "$at/$word" in
${steps.join("\n")}
      */-*) ;;
      *) ((n++)); last="$word" ;;
    esac
  done
  case "${shell.previous}" in
${values.join("\n")}
  esac
  if [[ ${shell.current} == -* ]]; then
    case "$at" in
${model.places.map((place) => `      ${shellQuote(place.at)}) ${shell.options(place)} ;;`).join("\n")}
    esac
    return
  fi
  case "$at/$n" in
${model.places.flatMap((place) => operandCases(place, { model, shell })).join("\n")}
    *) ${shell.nothing} ;;
  esac`;
}

interface Spelling {
  readonly model: CompletionModel;
  readonly shell: ShellDialect;
}

function operandCases(place: Place, { model, shell }: Spelling): string[] {
  const row = (index: string, offer: string) => `    ${shellQuote(place.at)}/${index}) ${offer} ;;`;
  if (place.words.some(({ name }) => !name.startsWith("-"))) return [row("0", shell.words(place))];
  return place.arguments.map((argument, index) => {
    const last = place.many && index === place.arguments.length - 1;
    const offer = argument.kind === "value" ? valueCases({ model, shell }) : shell.offer(argument);
    return row(last ? "*" : String(index), offer);
  });
}

/** By the key before it; nothing can be said of a setting that takes just any text. */
function valueCases({ model, shell }: Spelling): string {
  const pattern = (key: string) => key.split("*").map((part) => part === "" ? "" : shellQuote(part)).join("*");
  const rows = model.values.map(({ keys, value }) => `${keys.map(pattern).join("|")}) ${shell.offer(value)} ;;`);
  return [`case "$last" in`, ...rows, `*) ${shell.offer({ kind: "text", choices: [] })} ;;`, "esac"].join("\n      ");
}
