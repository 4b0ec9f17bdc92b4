import { isTable, type Kind, type Reading, show } from "./kind.ts";
import { oneOf, text } from "./kinds.ts";

/** What another program has to have reached. */
const CONDITIONS = ["started", "ready", "healthy", "completed"] as const;
export type Condition = typeof CONDITIONS[number];

/** What an array of names asks of each. */
const USUAL: Condition = "ready";

/** Programs that have to be there first: a table of names and conditions, or an array of names that have to be ready. */
export function dependencies(): Kind<Record<string, Condition>> {
  const condition = oneOf(CONDITIONS);
  const name = text({ label: "name" });
  return {
    label: "table of conditions, or array of names",
    json: {
      anyOf: [{ type: "object", additionalProperties: condition.json }, {
        type: "array",
        items: name.json,
        uniqueItems: true,
      }],
    },
    structured: true,
    entry: condition,
    fromText: (given) => given.includes("=") ? pairsOf(given) : given.split(",").map((part) => part.trim()),
    read(raw, reading) {
      if (isTable(raw)) return together(Object.keys(raw), (key) => condition.read(raw[key], reading.at(key)));
      if (Array.isArray(raw)) return readNames(raw, reading);
      reading.flaw(`is ${show(raw)}, expected a table or an array of names`, {
        hint: typeof raw === "string" ? `write [${show(raw)}] or { ${raw} = "${USUAL}" }` : `write { db = "${USUAL}" }`,
      });
    },
  };

  function readNames(raw: readonly unknown[], reading: Reading): Record<string, Condition> | undefined {
    const names = raw.map((item, index) => name.read(item, reading.at(index)));
    if (names.some((each) => each === undefined)) return undefined;
    if (new Set(names).size < names.length) return void reading.flaw("names a program twice");
    return together(names as string[], () => USUAL);
  }
}

/** A table of what every name reads to, undefined when one does not; a name can be any text, `__proto__` too. */
function together(names: readonly string[], read: (name: string) => Condition | undefined) {
  const entries = names.map((name) => [name, read(name)] as const);
  if (entries.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(entries) as Record<string, Condition>;
}

function pairsOf(given: string): Record<string, string> {
  return Object.fromEntries(
    given.split(",").map((pair) => {
      const [name = "", condition = ""] = pair.split("=", 2);
      return [name.trim(), condition.trim()];
    }),
  );
}
