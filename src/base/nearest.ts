import { distance } from "fastest-levenshtein";

/** The candidate that `word` was probably meant to be, or undefined when none is near: a third of its letters may be wrong. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestMistakes = Math.max(1, Math.round(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const mistakes = mistakesIn(word.toLowerCase(), candidate.toLowerCase());
    if (mistakes < bestMistakes) [best, bestMistakes] = [candidate, mistakes];
  }
  return best;
}

/** Letters that are wrong, missing or too many; two neighbours that changed places are one mistake, as people make it. */
function mistakesIn(word: string, meant: string): number {
  const at = [...word].findIndex((letter, n) => letter !== meant[n]);
  const swapped = word.slice(0, at) + (word[at + 1] ?? "") + (word[at] ?? "") + word.slice(at + 2);
  return at >= 0 && swapped === meant ? 1 : distance(word, meant);
}
