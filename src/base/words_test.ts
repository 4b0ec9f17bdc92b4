import assert from "node:assert/strict";
import { APPD, createProduct } from "./product.ts";
import { allInWordsOf, inWordsOf } from "./words.ts";

const PEAR = createProduct({
  name: "pear-2",
  version: "1.2.3",
  database: "fruit.sqlite",
  service: { unit: "pear-daemon" },
});

type Row = readonly (readonly [text: string, becomes: string])[];

Deno.test("hints speak of another product's commands, variables and home", () => {
  const words = inWordsOf(PEAR);
  const table: Row = [
    ["start it: appd start", "start it: pear-2 start"],
    [
      "appd start, appd jobs show --run 3; sudo appd doctor",
      "pear-2 start, pear-2 jobs show --run 3; sudo pear-2 doctor",
    ],
    ["unless `appd reload confirm` comes", "unless `pear-2 reload confirm` comes"],
    ['be that user: sudo -u "#7" appd …', 'be that user: sudo -u "#7" pear-2 …'],
    ["a signal that appd did not send", "a signal that pear-2 did not send"],
    ["set APPD_SERVER_PORT, APPD_HOME or APPD_LOG_LEVEL", "set PEAR_2_SERVER_PORT, PEAR_2_HOME or PEAR_2_LOG_LEVEL"],
    ["see ~/.appd/config.toml", "see ~/.pear-2/config.toml"],
  ];
  for (const [text, becomes] of table) {
    assert.equal(words(text), becomes);
    assert.equal(words(becomes), becomes, "twice is once");
  }
});

Deno.test("what users have named appd themselves keeps its name", () => {
  const words = inWordsOf(PEAR);
  for (
    const text of [
      'cannot start "appd": "/srv/my appd is here/appd run" does not exist',
      "programs: appd, appd-web, my.appd and appd",
      "ls -ld /srv/appd /opt/appd start",
      "mv '/srv/it'\\''s appd here' away",
      "appd logs appd -n 50".replace(/^appd /, "pear-2 "),
      "~/.appd-backup/file, user@appd here",
      "its environment has APPD_JOB, APPD_RUN_ID, APPD_GIT_NEW and APPD_PROGRAM_ID",
      'say "appd status" to it',
    ]
  ) assert.equal(words(text), text);
});

Deno.test("texts that are ours alone change wherever they name us", () => {
  const words = allInWordsOf(PEAR);
  const table: Row = [
    ["appd detaches; appd itself", "pear-2 detaches; pear-2 itself"],
    ['vi "$(appd config path)"', 'vi "$(pear-2 config path)"'],
    ["appd completions zsh > _appd", "pear-2 completions zsh > _pear-2"],
    ["appd man > appd.1; ~/.config/appd.fish", "pear-2 man > pear-2.1; ~/.config/pear-2.fish"],
    ["~/.appd/appd.db and appd.service", "~/.pear-2/fruit.sqlite and pear-daemon.service"],
    ["APPD_SECTION_KEY, such as APPD_SERVER_PORT", "PEAR_2_SECTION_KEY, such as PEAR_2_SERVER_PORT"],
    ["what the run is about, in `APPD_JOB`, `APPD_RUN_ID`", "what the run is about, in `APPD_JOB`, `APPD_RUN_ID`"],
    ["the metric appd_up", "the metric appd_up"],
  ];
  for (const [text, becomes] of table) assert.equal(words(text), becomes);
});

Deno.test("appd's own words are its own", () => {
  for (const wordsOf of [inWordsOf, allInWordsOf]) {
    assert.equal(wordsOf(APPD)("appd start, APPD_HOME"), "appd start, APPD_HOME");
  }
});
