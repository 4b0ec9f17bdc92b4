import { dirname } from "node:path";
import { canonicalJson } from "../base/canonical.ts";
import { AppdError, systemError } from "../base/errors.ts";
import { APPD_SCHEMA } from "../schema/appd_schema.ts";
import type { Path } from "../schema/kind.ts";
import type { Schema } from "../schema/section.ts";
import { spellingIn } from "../schema/short_keys.ts";
import { type Files, writeFileAtomic } from "../system/files.ts";
import type { LoadOptions, LoadResult } from "./config.ts";
import { ConfigError, type Problem } from "./config_error.ts";
import { setInToml } from "./edit.ts";
import { findKey } from "./keys.ts";
import { loadText } from "./load.ts";
import { readSource } from "./source.ts";
import { parseToml } from "./syntax.ts";
import { rawFromText } from "./text_value.ts";

/** Where {@link setSetting} works. */
export interface SetOptions extends Omit<LoadOptions, "files"> {
  readonly files: Files;
  /** Default: that of appd. */
  readonly schema?: Schema;
  /** Looks at what the file would mean; throws an AppdError to refuse it. */
  readonly accept?: (loaded: LoadResult) => Promise<void> | void;
}

/** What {@link setSetting} did. */
export interface SetResult {
  readonly key: string;
  readonly file: string;
  /** The file holds another text now. */
  readonly changed: boolean;
  readonly reload: "applied" | "needs restart";
}

/**
 * Sets one setting in the configuration file, which is made when it is missing. The file that would come out is checked
 * first, and then replaced as a whole; comments stay. Of two spellings it takes the one that the file has, else the short
 * one.
 *
 * @param key `server.port`, `program.web.restart`
 * @param text the value as plain text or as TOML
 * @throws AppdError (usage) when no setting has the key
 * @throws ConfigError when the value, or the file with it, is invalid
 */
export async function setSetting(
  options: SetOptions,
  key: string,
  text: string,
): Promise<SetResult> {
  const { file, files, schema = APPD_SCHEMA } = options;
  const before = readSource({ file, files, explicit: false });
  const document = before === undefined ? {} : await parseToml(before, file);
  const { path, kind, named } = findKey(schema, key, document);
  const spelled = spellingIn(schema, document)(path);
  const after = await edited(before ?? "", spelled, await rawFromText(kind, text));
  const read = async (text: string | undefined) => {
    const loaded = await loadText(schema, text, { ...options, flags: {} });
    await options.accept?.(loaded as LoadResult);
  };
  await read(after).catch(async (error) => {
    throw await notWritten(error, { key, before: () => read(before) });
  });
  const changed = after !== before;
  if (changed) write(files, file, after);
  return { key, file, changed, reload: named.setting.reload };
}

/**
 * What is told of a file that will not come about: a problem that the file has already stands where it stands, any other
 * one is the value's.
 *
 * @param before reads the file as it is
 */
async function notWritten(
  error: unknown,
  { key, before }: { readonly key: string; readonly before: () => Promise<void> },
): Promise<unknown> {
  if (!(error instanceof AppdError)) return error;
  if (!(error instanceof ConfigError)) {
    const { message, exit, hint } = error;
    return new AppdError(`${message}; nothing is written`, { exit, cause: error, ...(hint && { hint }) });
  }
  const old = await before().then(() => [], (error) => error instanceof ConfigError ? error.problems : []);
  const problems = error.problems.map(({ frame: _, ...problem }): Problem =>
    old.find(({ message }) => message === problem.message) ?? { ...problem, place: { kind: "value", name: key } }
  );
  return new ConfigError(problems, `set "${key}", nothing is written`);
}

/** The edited text, with proof that it says what was meant and nothing else is said differently. */
async function edited(text: string, path: Path, raw: unknown): Promise<string> {
  const after = await setInToml(text, path, raw);
  const meant = structuredClone(await parseToml(text, ""));
  put(meant, path, raw);
  const said = await parseToml(after, "");
  if (canonicalJson(meant) === canonicalJson(said)) return after;
  throw new AppdError(`cannot set "${path.join(".")}": the file is written in a way that cannot be edited safely`, {
    exit: "config",
    hint: "change it with an editor, then: appd config check",
  });
}

function put(document: Record<string | number, unknown>, path: Path, raw: unknown): void {
  let here = document;
  for (const step of path.slice(0, -1)) here = (here[step] ??= {}) as Record<string | number, unknown>;
  here[path.at(-1) ?? ""] = raw;
}

/** Permission bits of the home directory, and of a new configuration file: it may hold secrets. */
const HOME_MODE = 0o700;
const NEW_MODE = 0o600;

function write(files: Files, path: string, text: string): void {
  try {
    const stat = files.stat(path);
    if (stat?.kind === "symlink") {
      throw new AppdError(`cannot write "${path}": is a symbolic link, which would be replaced`, {
        exit: "cannotCreate",
        hint: "name the file itself with --config",
      });
    }
    files.makeDirectory(dirname(path), HOME_MODE); // Whose instance was never started has none yet.
    writeFileAtomic(files, path, text, stat?.mode ?? NEW_MODE, stat ?? files.stat(dirname(path)));
  } catch (error) {
    throw error instanceof AppdError ? error : systemError(["write", path], error);
  }
}
