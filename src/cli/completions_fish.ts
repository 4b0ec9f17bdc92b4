import { type Completable, completableOf, type CompletionModel, namesCommand, spellings } from "./completion_model.ts";

/** `text` as one word of fish, where only backslash and quote are special between single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/**
 * Completion script for fish. Its function succeeds where the line has come to a command and, if asked, to its Nth argument,
 * behind one that matches a pattern.
 */
export function fishCompletions(model: CompletionModel): string {
  const fn = `__${model.name.replaceAll(/[^A-Za-z0-9]/g, "_")}_at`;
  const offer = (what: Completable) => {
    const names = namesCommand(model, what.kind);
    if (names !== undefined) return `-xa ${quote(`(${names})`)}`;
    if (what.choices.length > 0) return `-xa ${quote(what.choices.join(" "))}`;
    if (what.kind === "file") return "-rF";
    return what.kind === "directory" ? "-xa '(__fish_complete_directories)'" : "-x";
  };
  const steps = model.steps.map(({ from, word, to }) =>
    `      case ${quote(`${from}/${word}`)}\n        set at ${quote(to)}\n        set n 0`
  );
  const lines = model.places.flatMap((place) => {
    const at = (more: string) => `complete -c ${model.name} -n ${quote(`${fn} ${quote(place.at)}${more}`)}`;
    const here = at("");
    const valuesAt = (nth: string) =>
      model.values.map(({ keys, value }) => `${at(`${nth} ${keys.map(quote).join(" ")}`)} ${offer(value)}`);
    const words = place.words.map(({ name, summary }) =>
      name.startsWith("--")
        ? `${here} -l ${name.slice(2)} -d ${quote(summary)}`
        : `${here} -a ${name} -d ${quote(summary)}`
    );
    const options = place.options.map((option) => {
      const short = option.short === undefined ? "" : ` -s ${option.short}`;
      const value = option.value === undefined ? "" : ` ${offer(completableOf(option))}`;
      return `${here}${short} -l ${option.name}${value} -d ${quote(option.help)}`;
    });
    const operands = place.arguments.flatMap((argument, index) => {
      const last = place.many && index === place.arguments.length - 1;
      const nth = ` ${index} ${last ? 999 : index}`;
      return argument.kind === "value" ? valuesAt(nth) : [`${at(nth)} ${offer(argument)}`];
    });
    return [...words, ...operands, ...options];
  });
  return `# fish completion for ${model.name}, made from its table of commands
function ${fn}
  set -l at ''
  set -l n 0
  set -l last ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${model.valued.flatMap(spellings).join(" ")}
        set skip 1
        continue
    end
    switch "$at/$word"
${steps.join("\n")}
      case '*/-*'
      case '*'
        set n (math $n + 1)
        set last $word
    end
  end
  test "$at" = "$argv[1]"; or return
  not set -q argv[2]; or test $n -ge $argv[2] -a $n -le $argv[3]; or return
  not set -q argv[4]; and return
  for key in $argv[4..-1]
    string match -q -- $key $last; and return
  end
  return 1
end
complete -c ${model.name} -f
${lines.join("\n")}`;
}
