import { type Completable, completableOf, type CompletionModel, spellings } from "./completion_model.ts";

/** `text` as one word of fish, where only backslash and quote are special between single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Completion script for fish. */
export function fishCompletions(model: CompletionModel): string {
  const fn = `__${model.name.replaceAll(/[^A-Za-z0-9]/g, "_")}_at`;
  const offer = (what: Completable) => {
    if (what.choices.length > 0) return `-xa ${quote(what.choices.join(" "))}`;
    if (what.kind === "file") return "-rF";
    if (what.kind === "directory") return "-xa '(__fish_complete_directories)'";
    if (what.kind === "program") return `-xa ${quote(`(${model.name} programs --quiet 2>/dev/null)`)}`;
    return "-x";
  };
  const steps = model.steps.map(({ from, word, to }) =>
    `      case ${quote(`${from}/${word}`)}\n        set at ${quote(to)}`
  );
  const lines = model.places.flatMap((place) => {
    const here = `complete -c ${model.name} -n ${quote(`${fn} ${quote(place.at)}`)}`;
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
    const argument = place.argument === undefined ? [] : [`${here} ${offer(place.argument)}`];
    return [...words, ...argument, ...options];
  });
  return `# fish completion for ${model.name}, made from its table of commands
function ${fn}
  set -l at ''
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
    end
  end
  test "$at" = "$argv[1]"
end
complete -c ${model.name} -f
${lines.join("\n")}`;
}
