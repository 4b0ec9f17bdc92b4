import type { Product } from "./product.ts";

/** Says a text that was written for appd in the words of another product. */
export type Words = (text: string) => string;

/** Sections whose settings have variables: `APPD_SERVER_PORT`. What programs and jobs are told, `APPD_JOB`, is called so in every product. */
const SETTING = /\bAPPD_(?=(?:HOME|NAME|CONFIG|SECTION_KEY|TIMEZONE)\b|(?:SERVER|LOG|DAEMON|SCHEDULER)_)/;

/** What somebody else may have written: between quotes, as a message cites names and paths and as a shell reads words. */
const QUOTED = /"(?:[^"\\\n]|\\.)*"|(?<=^|[\s=])'[^'\n]*'(?:\\''[^'\n]*')*(?=$|[\s,;)])/;

/** A command line of ours: the name where a command stands, and a word after it. */
const COMMAND = /(?<![\w./@-])appd(?= [a-z…])/;

/**
 * For hints, and sentences of ours in which names and paths of users stand too: only commands (`appd status`), variables of
 * settings and `~/.appd` change, and nothing between quotes.
 */
export function inWordsOf(product: Product): Words {
  if (product.name === "appd") return (text) => text;
  const { name, prefix } = product;
  const ours = new RegExp(`${QUOTED.source}|${COMMAND.source}|${SETTING.source}|~/\\.appd(?![\\w-])`, "g");
  const said: Readonly<Record<string, string>> = { appd: name, APPD_: `${prefix}_`, "~/.appd": `~/.${name}` };
  return (text) => text.replace(ours, (found) => said[found] ?? found);
}

/** For texts that are ours from end to end, such as the help: every mention of appd changes, its files and service too. */
export function allInWordsOf(product: Product): Words {
  if (product.name === "appd") return (text) => text;
  const { name, prefix, database, unit } = product;
  const said: Readonly<Record<string, string>> = {
    "appd.db": database,
    "appd.service": `${unit}.service`,
    APPD_: `${prefix}_`,
  };
  const ours = new RegExp(
    `\\bappd\\.(?:db|service)\\b|(?<![A-Za-z0-9])appd(?![A-Za-z0-9]|_[a-z])|${SETTING.source}`,
    "g",
  );
  // Most of many thousand texts have nothing of it, and a command waits for them all.
  const mayHave = (text: string) => text.includes("appd") || text.includes("APPD_");
  return (text) => mayHave(text) ? text.replace(ours, (found) => said[found] ?? name) : text;
}
