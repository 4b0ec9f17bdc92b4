/** East Asian Wide and Fullwidth (UAX #11), and what is drawn as a picture (UTS #51): two places each. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that stand on the character before them, and format characters: no place. */
const MARK = /[\p{Mn}\p{Me}\p{Cf}]/u;
const ONE_EACH = /^[ -~]*$/;

/** Places that `text` takes on a terminal. It has no escape sequences; they would count. */
export function displayWidth(text: string): number {
  if (ONE_EACH.test(text)) return text.length;
  return [...text].reduce((sum, character) => sum + placesOf(character), 0);
}

/** As much of the start of `text` as fits into `places`; no character of two code units or two places is cut. */
export function startOf(text: string, places: number): string {
  let [end, room] = [0, places];
  for (const character of text) {
    room -= placesOf(character);
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function placesOf(character: string): 0 | 1 | 2 {
  if (ONE_EACH.test(character)) return 1;
  return MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
