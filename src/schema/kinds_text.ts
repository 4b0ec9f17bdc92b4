import { type Kind, show } from "./kind.ts";
import { text } from "./kinds.ts";

/** `true`; for what is chosen by naming it. */
export function onlyTrue(): Kind<true> {
  return {
    label: "true",
    json: { const: true },
    choices: ["true"],
    fromText: (given) => given === "true" ? true : given,
    read(raw, reading) {
      if (raw === true) return true;
      reading.flaw(`is ${show(raw)}, expected true`, { hint: "write true, or take it out" });
    },
  };
}

/** A regular expression of JavaScript, as text. */
export function regularExpression(): Kind<string> {
  const plain = text({ label: "regular expression", expected: "a regular expression" });
  return {
    ...plain,
    read(raw, reading) {
      const given = plain.read(raw, reading);
      if (given === undefined) return undefined;
      const trouble = troubleWith(given);
      if (trouble === undefined) return given;
      reading.flaw(`is ${show(given)}, which is no regular expression: ${trouble}`, {
        hint:
          "a character that is meant as it is gets a backslash; between single quotes TOML leaves backslashes alone",
      });
    },
  };
}

function troubleWith(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return (error.message.split(": ").at(-1) ?? error.message).toLowerCase();
  }
}

/** A pattern over names of branches, or over paths of files inside a repository. */
export function glob(over: "branch" | "path"): Kind<string> {
  const plain = text({
    label: "pattern",
    expected: "a pattern such as " + (over === "path" ? '"src/**"' : '"release/*"'),
  });
  return {
    ...plain,
    read(raw, reading) {
      const given = plain.read(raw, reading);
      if (given === undefined) return undefined;
      const trouble = over === "path" ? pathTrouble(given) : branchTrouble(given);
      if (trouble === undefined) return given;
      reading.flaw(`is ${show(given)}, which ${trouble.cause}`, { hint: `write "${trouble.meant}"` });
    },
  };
}

function pathTrouble(given: string): { cause: string; meant: string } | undefined {
  if (given.startsWith("!")) return { cause: "leaves out: patterns only say what counts", meant: given.slice(1) };
  const inside = given.replace(/^(\.{1,2}\/)+/, "") || "**";
  return inside === given
    ? undefined
    : { cause: "is told from a directory, not from the repository's root", meant: inside };
}

function branchTrouble(given: string): { cause: string; meant: string } | undefined {
  const short = given.replace(/^refs\/(heads|remotes)\//, "");
  return short === given || short === "" ? undefined : { cause: "is a full name", meant: short };
}
