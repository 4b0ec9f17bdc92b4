import { type Git, textOf } from "./git.ts";

/** What is read of a commit. Texts are the repository's. */
export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  /** Seconds since the epoch. */
  readonly committedAt: number;
  readonly authoredAt: number;
  readonly author: string;
  readonly email: string;
  readonly subject: string;
}

/** Which commits: those that `from` lead to and `without` do not. */
export interface Range {
  readonly from: readonly string[];
  readonly without: readonly string[];
}

const IDS = "%x00%H%x00%P%x00%ct%x00%at";
const TEXTS = `${IDS}%x00%an%x00%ae%x00%s%x00`;
const FIELDS = 8;
/** Characters that are kept of a name and of a subject. */
const MAX_NAME = 200;
const MAX_SUBJECT = 1000;
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_BYTES_OF_ONE = 64 * 1024;

/** The newest `most` commits of a range, newest first, children before parents. Ids that are gone count for nothing. */
export async function commitsIn(git: Git, range: Range, most: number): Promise<readonly Commit[]> {
  if (range.from.length === 0) return [];
  const ask = (format: string) =>
    git({ ...question(range, [`--max-count=${most}`, `--format=${format}`]), maxBytes: MAX_BYTES, cut: true });
  const answer = await ask(TEXTS);
  if (!answer.cut) return parse(answer.bytes);
  // Somebody wrote a book into a message: the commits without their texts, and then of each the beginning of its texts.
  const bare = parse((await ask(`${IDS}%x00%x00%x00%x00`)).bytes);
  const full: Commit[] = [];
  for (const { id } of bare) full.push(await readCommit(git, id));
  return full;
}

/** One commit; its texts are cut where they are absurdly long. */
export async function readCommit(git: Git, id: string): Promise<Commit> {
  const args = ["rev-list", "--no-walk", "--encoding=UTF-8", `--format=${TEXTS}`, id, "--"];
  const { bytes } = await git({ args, maxBytes: MAX_BYTES_OF_ONE, cut: true });
  const [commit] = parse(bytes);
  return commit ?? { id, parents: [], committedAt: 0, authoredAt: 0, author: "", email: "", subject: "" };
}

/** How many commits a range has. */
export async function countIn(git: Git, range: Range): Promise<number> {
  return Number(textOf(await git(question(range, ["--count"])))) || 0;
}

/** The ids of `from` that `without` do not lead to. */
export async function outside(git: Git, { from, without }: Range): Promise<readonly string[]> {
  if (from.length === 0) return [];
  const answer = await git({ ...question({ from, without }, []), cut: true });
  const found = new Set(textOf(answer).split("\n"));
  return answer.cut ? from : from.filter((id) => found.has(id));
}

function question({ from, without }: Range, options: readonly string[]) {
  const args = ["rev-list", "--ignore-missing", "--date-order", "--encoding=UTF-8", ...options, "--stdin"];
  return { args, input: [...from, ...without.map((id) => `^${id}`)].join("\n") + "\n" };
}

/** `commit ID`, then the fields, each after a NUL, which no field of a commit can hold. */
function parse(bytes: Uint8Array): readonly Commit[] {
  const fields = new TextDecoder().decode(bytes).split("\0");
  const commits: Commit[] = [];
  for (let at = 1; at + 2 < fields.length; at += FIELDS) {
    const [id = "", parents = "", committed, authored, author = "", email = "", subject = ""] = fields.slice(at);
    commits.push({
      id,
      parents: parents.split(" ").filter((parent) => parent !== ""),
      committedAt: Number(committed) || 0,
      authoredAt: Number(authored) || 0,
      author: author.slice(0, MAX_NAME),
      email: email.slice(0, MAX_NAME),
      subject: subject.slice(0, MAX_SUBJECT),
    });
  }
  return commits;
}
